-- For operators.
SELECT
    'step' AS kind,
    s.run_id || '/' || s.name AS id,
    s.tenant_id,
    s.run_id AS parent,
    s.name,
    s.status,
    s.status = 'failed' AS failed,
    s.started_at,
    s.ended_at,
    s.attempts,
    s.error
FROM workflow_instances i
JOIN workflow_run_steps s ON s.run_id = i.id AND s.tenant_id = i.tenant_id
WHERE substr(i.traceparent, 4, 32) = ?1
ORDER BY s.started_at, s.position
LIMIT ?2
