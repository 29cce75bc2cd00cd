SELECT
    id, tenant_id, workflow, status, event_id, run, error, traceparent, started_at, ended_at, updated_at, version
FROM workflow_instances
WHERE id = ?1
