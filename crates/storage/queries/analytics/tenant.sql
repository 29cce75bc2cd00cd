SELECT
    tenant_id,
    COALESCE(SUM(requests), 0) AS requests,
    COALESCE(SUM(refused), 0) AS refused,
    COALESCE(SUM(failed), 0) AS failed,
    COALESCE(SUM(events), 0) AS events,
    COALESCE(SUM(model_calls), 0) AS model_calls,
    COALESCE(SUM(tokens_in), 0) AS tokens_in,
    COALESCE(SUM(tokens_out), 0) AS tokens_out,
    COALESCE(SUM(cost_nanos), 0) AS cost_nanos
FROM usage_tenant_days
WHERE tenant_id = ?3 AND period >= ?1 AND period < ?2
GROUP BY tenant_id
