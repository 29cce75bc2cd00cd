SELECT count(*) AS count FROM deliveries WHERE due_at IS NOT NULL
