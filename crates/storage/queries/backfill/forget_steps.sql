-- Before the rerun of run ?3, which must be over: its status one of ?4, a JSON array. Its steps were its own.
DELETE FROM event_steps
WHERE tenant_id = ?1
    AND event_id = ?2
    AND EXISTS (
        SELECT 1 FROM events
        WHERE tenant_id = ?1 AND id = ?2 AND run = ?3 AND status IN (SELECT value FROM json_each(?4))
    )
