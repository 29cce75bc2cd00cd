SELECT id, message_id, kind, event_id, order_key, traceparent, created_at, status, attempts, round, due_at, settled_at,
    last_status, last_error FROM deliveries WHERE id < ?1 AND status = ?3 ORDER BY id DESC LIMIT ?2
