INSERT INTO ai_calls (tenant_id, id, request_id, trace_id, expires_at, model, upstream, outcome, cache, object_key)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT DO NOTHING
