-- One pair of workflow and status, over all tenants, behind the place of ?3 and ?4.
SELECT
    id, tenant_id, workflow, status, event_id, run, error, traceparent, started_at, ended_at, updated_at, version
FROM workflow_instances
WHERE workflow = ?1 AND status = ?2 AND (started_at, id) < (?3, ?4)
ORDER BY started_at DESC, id DESC
LIMIT ?5
