SELECT
    key,
    model,
    sum(calls) AS calls,
    sum(tokens_in) AS tokens_in,
    sum(tokens_out) AS tokens_out,
    sum(nanos) AS nanos
FROM spend
WHERE day_ms >= ?1 AND day_ms < ?2
GROUP BY key, model
HAVING sum(calls) != 0 OR sum(nanos) != 0
ORDER BY sum(nanos) DESC, sum(calls) DESC, key, model
LIMIT ?3
