-- Only for the event that the statement before has stored: a repeated delivery gets no second entry, and an insert
-- that is tried again, because its answer was lost, none for an event that is already being worked on.
INSERT INTO outbox (tenant_id, event_id, attempts, next_attempt_at, created_at)
SELECT tenant_id, id, 0, ?3, received_at
FROM events
WHERE tenant_id = ?1 AND id = ?2 AND status = 'received'
ON CONFLICT (event_id) DO NOTHING
