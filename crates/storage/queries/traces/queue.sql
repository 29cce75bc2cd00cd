-- For operators. From acceptance until the workflow of the first run began, or the event was given up before.
SELECT
    'queue' AS kind,
    e.id || '/queue' AS id,
    e.tenant_id,
    e.id AS parent,
    'outbox and queue' AS name,
    CASE
        WHEN i.id IS NOT NULL THEN 'handed over'
        WHEN e.status = 'dead' THEN 'dead'
        ELSE 'waiting'
    END AS status,
    i.id IS NULL AND e.status = 'dead' AS failed,
    e.received_at AS started_at,
    COALESCE(
        MIN(
            i.started_at,
            COALESCE((SELECT MIN(s.started_at) FROM event_steps s WHERE s.event_id = e.id), i.started_at)
        ),
        CASE WHEN e.status = 'dead' THEN e.updated_at END
    ) AS ended_at,
    COALESCE(o.handovers, 0) + COALESCE(o.attempts, 0) + 1 AS attempts,
    o.last_error AS error,
    e.id AS event_id
FROM events e
LEFT JOIN outbox o ON o.event_id = e.id
LEFT JOIN workflow_instances i ON i.id = e.id
WHERE substr(e.traceparent, 4, 32) = ?1
ORDER BY e.received_at
LIMIT ?2
