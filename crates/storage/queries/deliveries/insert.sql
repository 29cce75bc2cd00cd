INSERT INTO deliveries (
    id, message_id, kind, event_id, order_key, traceparent, body, created_at, status, attempts, round, due_at,
    settled_at, last_status, last_error
) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
ON CONFLICT (id) DO NOTHING
RETURNING id
