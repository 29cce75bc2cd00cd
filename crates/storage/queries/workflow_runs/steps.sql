SELECT position, name, status, attempts, started_at, ended_at, error
FROM workflow_run_steps
WHERE tenant_id = ?1 AND run_id = ?2
ORDER BY position
