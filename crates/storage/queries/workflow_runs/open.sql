SELECT tenant_id, id, workflow, status, params, request_key, request_sha256, actor, traceparent, progress, output,
    error, created_at, updated_at, checks
FROM workflow_runs
WHERE tenant_id = ?1 AND status IN ('accepted', 'running', 'paused')
ORDER BY id
LIMIT ?2
