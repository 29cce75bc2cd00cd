SELECT id, request_id, trace_id, expires_at, model, upstream, outcome, cache, object_key
FROM ai_calls
WHERE tenant_id = ?1 AND (expires_at <= ?2 OR id < ?3)
LIMIT ?4
