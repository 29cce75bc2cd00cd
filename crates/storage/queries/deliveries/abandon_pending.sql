UPDATE deliveries SET status = 'abandoned', due_at = NULL, settled_at = ?2, last_error = ?1
WHERE status = 'pending'
RETURNING id
