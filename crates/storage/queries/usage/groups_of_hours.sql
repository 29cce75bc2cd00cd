SELECT
    CASE ?4
        WHEN 'operation' THEN name
        WHEN 'model' THEN name
        WHEN 'key' THEN key
        ELSE CAST(period / CAST(?5 AS INTEGER) AS TEXT)
    END AS name,
    SUM(requests) AS requests,
    SUM(refused) AS refused,
    SUM(failed) AS failed,
    SUM(events) AS events,
    SUM(model_calls) AS model_calls,
    SUM(tokens_in) AS tokens_in,
    SUM(tokens_out) AS tokens_out,
    SUM(cost_nanos) AS cost_nanos,
    SUM(cache_hits) AS cache_hits,
    SUM(saved_tokens) AS saved_tokens,
    SUM(saved_nanos) AS saved_nanos
FROM usage_hours
WHERE tenant_id = ?1 AND period >= ?2 AND period < ?3
    AND (?4 != 'operation' OR kind = 'requests')
    AND (?4 != 'model' OR kind = 'model')
GROUP BY 1
ORDER BY CASE WHEN ?4 IN ('operation', 'key', 'model') THEN -SUM(requests) - SUM(model_calls) ELSE MIN(period) END, 1
LIMIT ?6
