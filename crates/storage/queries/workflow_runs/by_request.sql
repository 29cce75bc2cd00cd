SELECT tenant_id, id, workflow, status, params, request_key, request_sha256, actor, traceparent, progress, output,
    error, created_at, updated_at, checks
FROM workflow_runs
WHERE tenant_id = ?1 AND workflow = ?2 AND request_key = ?3
