UPDATE workflow_runs
SET check_at = ?3, checks = checks + 1
WHERE tenant_id = ?1 AND id = ?2 AND check_at IS NOT NULL
