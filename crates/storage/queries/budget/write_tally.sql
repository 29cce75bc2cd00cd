INSERT INTO tallies (
    span, starts_ms, key, model, ends_ms, spent_nanos, spent_tokens, spent_requests, held_nanos, held_tokens, held_requests
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (span, starts_ms, key, model) DO UPDATE SET
    spent_nanos = excluded.spent_nanos,
    spent_tokens = excluded.spent_tokens,
    spent_requests = excluded.spent_requests,
    held_nanos = excluded.held_nanos,
    held_tokens = excluded.held_tokens,
    held_requests = excluded.held_requests
