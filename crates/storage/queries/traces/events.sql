-- For operators.
SELECT
    'event' AS kind,
    id,
    tenant_id,
    substr(traceparent, 37, 16) AS parent_span,
    source || ' ' || type AS name,
    status,
    status IN ('failed', 'dead') AS failed,
    received_at AS started_at,
    CASE WHEN status NOT IN ('received', 'processing') THEN updated_at END AS ended_at,
    run + 1 AS attempts,
    reason AS error,
    id AS event_id
FROM events
WHERE substr(traceparent, 4, 32) = ?1
ORDER BY received_at
LIMIT ?2
