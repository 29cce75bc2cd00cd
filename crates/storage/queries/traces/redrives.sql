-- For operators.
SELECT
    'redrive' AS kind,
    id,
    of_tenant AS tenant_id,
    substr(traceparent, 37, 16) AS parent_span,
    'redrive of ' || fingerprint AS name,
    status,
    0 AS failed,
    requested_at AS started_at,
    ended_at,
    1 AS attempts
FROM redrives
WHERE substr(traceparent, 4, 32) = ?1
ORDER BY requested_at
LIMIT ?2
