INSERT INTO usage_days (
    tenant_id, period, kind, name, key, requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos,
    cache_hits, saved_tokens, saved_nanos
)
SELECT
    ?1,
    value ->> 'days',
    value ->> 'kind',
    value ->> 'name',
    value ->> 'key',
    value ->> 'requests',
    value ->> 'refused',
    value ->> 'failed',
    value ->> 'events',
    value ->> 'model_calls',
    value ->> 'tokens_in',
    value ->> 'tokens_out',
    value ->> 'cost_nanos',
    value ->> 'cache_hits',
    value ->> 'saved_tokens',
    value ->> 'saved_nanos'
FROM json_each(?2)
WHERE NOT EXISTS (SELECT 1 FROM usage_batches WHERE tenant_id = ?1 AND id = ?3)
ON CONFLICT (tenant_id, period, kind, name, key) DO UPDATE SET
    requests = requests + excluded.requests,
    refused = refused + excluded.refused,
    failed = failed + excluded.failed,
    events = events + excluded.events,
    model_calls = model_calls + excluded.model_calls,
    tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out,
    cost_nanos = cost_nanos + excluded.cost_nanos,
    cache_hits = cache_hits + excluded.cache_hits,
    saved_tokens = saved_tokens + excluded.saved_tokens,
    saved_nanos = saved_nanos + excluded.saved_nanos
