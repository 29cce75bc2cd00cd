UPDATE deliveries
SET status = ?2, attempts = ?3, round = ?4, due_at = ?5, settled_at = ?6, last_status = ?7, last_error = ?8
WHERE id = ?1
