UPDATE outbox
SET attempts = attempts + 1, next_attempt_at = ?3
WHERE tenant_id = ?1 AND event_id = ?2
