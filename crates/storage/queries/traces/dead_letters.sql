-- For operators.
SELECT
    'dead_letter' AS kind,
    id,
    tenant_id,
    event_id AS parent,
    'given up' AS name,
    cause AS status,
    1 AS failed,
    dead_at AS started_at,
    dead_at AS ended_at,
    attempts,
    json_extract(errors, '$[0]') AS error,
    event_id
FROM dead_letters
WHERE substr(traceparent, 4, 32) = ?1
ORDER BY dead_at
LIMIT ?2
