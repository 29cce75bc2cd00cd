-- ?5 is a JSON array of the statuses that may become ?3.
UPDATE workflow_instances
SET status = ?3,
    ended_at = CASE WHEN ?3 IN ('completed', 'failed', 'terminated') THEN ?4 END,
    updated_at = ?4,
    version = version + 1
WHERE tenant_id = ?1 AND id = ?2 AND status IN (SELECT value FROM json_each(?5))
RETURNING id
