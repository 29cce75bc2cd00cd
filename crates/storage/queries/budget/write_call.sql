INSERT INTO calls (
    id, at_ms, expires_ms, status, key, key_prefix, models, bound_nanos, bound_in, bound_out, model, took_nanos, took_in,
    took_cached, took_out
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT (id) DO UPDATE SET
    status = excluded.status,
    model = excluded.model,
    took_nanos = excluded.took_nanos,
    took_in = excluded.took_in,
    took_cached = excluded.took_cached,
    took_out = excluded.took_out
