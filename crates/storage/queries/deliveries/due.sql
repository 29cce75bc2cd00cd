SELECT id, message_id, kind, event_id, order_key, traceparent, created_at, status, attempts, round, due_at, settled_at,
    last_status, last_error
FROM deliveries AS one
WHERE due_at <= ?1 AND status = 'pending'
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS earlier
        WHERE earlier.order_key = one.order_key AND earlier.seq < one.seq AND earlier.due_at IS NOT NULL
    )
ORDER BY due_at, seq
LIMIT ?2
