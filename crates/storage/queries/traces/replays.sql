-- For operators.
SELECT
    'replay' AS kind,
    id || '/replay' AS id,
    tenant_id,
    id AS parent,
    'replayed by ' || COALESCE(replayed_by, 'nobody known') AS name,
    'begun' AS status,
    0 AS failed,
    replayed_at AS started_at,
    replayed_at AS ended_at,
    1 AS attempts,
    event_id
FROM dead_letters
WHERE substr(traceparent, 4, 32) = ?1 AND replayed_at IS NOT NULL
ORDER BY replayed_at
LIMIT ?2
