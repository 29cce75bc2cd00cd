-- ?4 narrows to a tenant. What waits is counted by the group's index.
INSERT INTO redrives (id, request_key, fingerprint, of_tenant, per_second, upto, status, requested_by, requested_at, traceparent, total)
SELECT ?1, ?2, ?3, ?4, ?5, COALESCE(MAX(id), ''), 'running', ?6, ?7, ?8, COUNT(*)
FROM dead_letters
WHERE fingerprint = ?3 AND replayed_at IS NULL AND event_id IS NOT NULL AND (?4 IS NULL OR tenant_id = ?4)
ON CONFLICT (request_key) DO NOTHING
