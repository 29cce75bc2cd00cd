INSERT INTO workflow_run_steps (
    run_id, tenant_id, position, name, status, attempts, started_at, ended_at, error
)
SELECT id, tenant_id, ?3, ?4, ?5, ?6, ?7, ?8, ?9
FROM workflow_runs
WHERE tenant_id = ?1 AND id = ?2
ON CONFLICT (run_id, name) DO UPDATE
SET position = excluded.position,
    status = excluded.status,
    attempts = excluded.attempts,
    started_at = MIN(started_at, excluded.started_at),
    ended_at = excluded.ended_at,
    error = excluded.error
RETURNING name
