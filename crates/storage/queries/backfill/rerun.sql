-- Run ?3 is over, its status one of ?4, a JSON array: the next one begins.
UPDATE events
SET status = 'received', run = run + 1, reason = NULL, updated_at = ?5
WHERE tenant_id = ?1 AND id = ?2 AND run = ?3 AND status IN (SELECT value FROM json_each(?4))
RETURNING run, workflow, traceparent
