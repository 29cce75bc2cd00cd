-- For operators.
SELECT
    'approval' AS kind,
    a.id || '/approval' AS id,
    a.tenant_id,
    a.id AS parent,
    'waits for a decision' AS name,
    a.status,
    a.status = 'expired' AS failed,
    a.asked_at AS started_at,
    a.concluded_at AS ended_at,
    a.revision AS attempts,
    a.reason AS error
FROM workflow_instances i
JOIN approvals a ON a.id = i.id AND a.tenant_id = i.tenant_id
WHERE substr(i.traceparent, 4, 32) = ?1
ORDER BY a.asked_at
LIMIT ?2
