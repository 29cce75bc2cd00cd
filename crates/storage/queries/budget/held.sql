SELECT
    coalesce(sum(bound_nanos), 0) AS nanos,
    coalesce(sum(bound_in + bound_out), 0) AS tokens,
    count(*) AS requests
FROM calls INDEXED BY open_calls
WHERE status = 'open' AND at_ms >= ?1 AND at_ms < ?2
    AND (?3 = '' OR key = ?3)
    AND (?4 = '' OR EXISTS (SELECT 1 FROM json_each(models) WHERE value ->> 'model' = ?4))
