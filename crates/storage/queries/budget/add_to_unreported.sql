INSERT INTO unreported (
    hour, key_prefix, model, calls, tokens_in, tokens_out, nanos, hits, saved_tokens, saved_nanos
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
ON CONFLICT (hour, key_prefix, model) DO UPDATE SET
    calls = calls + excluded.calls,
    tokens_in = tokens_in + excluded.tokens_in,
    tokens_out = tokens_out + excluded.tokens_out,
    nanos = nanos + excluded.nanos,
    hits = hits + excluded.hits,
    saved_tokens = saved_tokens + excluded.saved_tokens,
    saved_nanos = saved_nanos + excluded.saved_nanos
