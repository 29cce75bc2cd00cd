-- For operators.
SELECT
    'erasure' AS kind,
    id,
    tenant_id,
    substr(traceparent, 37, 16) AS parent_span,
    'erasure of a ' || scope AS name,
    status,
    status = 'failed' AS failed,
    requested_at AS started_at,
    completed_at AS ended_at,
    1 AS attempts,
    error
FROM erasures
WHERE substr(traceparent, 4, 32) = ?1
ORDER BY requested_at
LIMIT ?2
