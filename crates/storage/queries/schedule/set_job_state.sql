UPDATE jobs SET status = ?2, next_run_at = ?3 WHERE id = ?1
