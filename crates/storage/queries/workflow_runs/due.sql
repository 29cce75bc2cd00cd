-- Over all tenants: for the sweep.
SELECT tenant_id, id, workflow, status, params, request_key, request_sha256, actor, traceparent, progress, output,
    error, created_at, updated_at, checks
FROM workflow_runs
WHERE check_at <= ?1
ORDER BY check_at
LIMIT ?2
