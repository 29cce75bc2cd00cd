UPDATE erasure_events
SET stage = 'done'
WHERE erasure_id = ?2 AND tenant_id = ?1 AND event_id IN (SELECT value FROM json_each(?3))
