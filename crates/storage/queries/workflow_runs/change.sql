-- ?8 is a JSON array of the statuses that may become ?3.
UPDATE workflow_runs
SET status = COALESCE(?3, status),
    progress = COALESCE(?4, progress),
    output = COALESCE(?5, output),
    error = COALESCE(?6, error),
    updated_at = ?7,
    check_at = CASE WHEN ?3 IN ('completed', 'failed', 'terminated') THEN NULL ELSE check_at END
WHERE tenant_id = ?1 AND id = ?2 AND status IN (SELECT value FROM json_each(?8))
RETURNING id
