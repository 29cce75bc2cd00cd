-- For operators: all tenants together.
SELECT period, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos
FROM usage_all_hours
WHERE period >= ?1 AND period < ?2
ORDER BY period
