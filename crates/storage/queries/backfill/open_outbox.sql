-- Before the rerun of run ?3, which must be over: its status one of ?4, a JSON array. The next run waits to be taken up.
INSERT INTO outbox (event_id, tenant_id, attempts, next_attempt_at, created_at)
SELECT id, tenant_id, 0, ?6, ?5
FROM events
WHERE tenant_id = ?1 AND id = ?2 AND run = ?3 AND status IN (SELECT value FROM json_each(?4))
ON CONFLICT (event_id) DO UPDATE SET
    attempts = 0,
    next_attempt_at = excluded.next_attempt_at,
    handovers = 0,
    last_error = NULL
