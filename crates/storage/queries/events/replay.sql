-- Run ?3 is over; ?5 is a JSON array of the statuses that may become ?6, with which the next one begins.
UPDATE events
SET status = ?6, run = run + 1, reason = NULL, updated_at = ?4
WHERE tenant_id = ?1 AND id = ?2 AND run = ?3 AND status IN (SELECT value FROM json_each(?5))
RETURNING workflow
