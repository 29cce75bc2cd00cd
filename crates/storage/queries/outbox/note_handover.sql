-- Messages come again in any order: the highest count is the one that tells.
UPDATE outbox
SET handovers = MAX(handovers, ?3), last_error = ?4
WHERE tenant_id = ?1 AND event_id = ?2
