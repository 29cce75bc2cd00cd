SELECT min(due_at) AS at
FROM deliveries AS one
WHERE due_at IS NOT NULL
    AND NOT EXISTS (
        SELECT 1 FROM deliveries AS earlier
        WHERE earlier.order_key = one.order_key AND earlier.seq < one.seq AND earlier.due_at IS NOT NULL
    )
