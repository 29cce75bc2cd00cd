-- Runs behind a transition to ?3; where that was refused, the event stands elsewhere and its entry stays.
DELETE FROM outbox
WHERE tenant_id = ?1
    AND event_id = ?2
    AND EXISTS (
        SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?2 AND status = ?3 AND run = COALESCE(?4, run)
    )
