SELECT
    coalesce(sum(nanos), 0) AS nanos,
    coalesce(sum(tokens_in + tokens_out), 0) AS tokens,
    coalesce(sum(calls), 0) AS requests
FROM spend
WHERE day_ms >= ?1 AND day_ms < ?2
    AND (?3 = '' OR key = ?3)
    AND (?4 = '' OR model = ?4)
