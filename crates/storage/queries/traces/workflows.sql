-- For operators. The instance of an event's run has the event's name, so it is told apart; and it is noted by its first
-- step, which began before.
SELECT
    'workflow' AS kind,
    CASE WHEN event_id IS NULL THEN id ELSE id || '/workflow' END AS id,
    tenant_id,
    event_id AS parent,
    CASE WHEN event_id IS NULL THEN substr(traceparent, 37, 16) END AS parent_span,
    workflow AS name,
    status,
    status IN ('failed', 'terminated') AS failed,
    MIN(
        started_at,
        COALESCE((SELECT MIN(s.started_at) FROM event_steps s WHERE s.event_id = workflow_instances.event_id), started_at)
    ) AS started_at,
    ended_at,
    run + 1 AS attempts,
    error,
    event_id
FROM workflow_instances
WHERE substr(traceparent, 4, 32) = ?1
ORDER BY started_at
LIMIT ?2
