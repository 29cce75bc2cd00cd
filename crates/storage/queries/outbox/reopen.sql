-- Behind the replay of letter ?5, the first time only: the event's next run waits to be taken up, now.
INSERT INTO outbox (event_id, tenant_id, attempts, next_attempt_at, created_at)
SELECT e.id, e.tenant_id, 0, ?4, ?4
FROM events e
WHERE e.tenant_id = ?1
    AND e.id = ?2
    AND e.run = ?3 + 1
    AND e.status = 'received'
    AND EXISTS (SELECT 1 FROM dead_letters d WHERE d.id = ?5 AND d.replayed_at IS NULL)
ON CONFLICT (event_id) DO UPDATE SET
    attempts = 0,
    next_attempt_at = excluded.next_attempt_at,
    handovers = 0,
    last_error = NULL
