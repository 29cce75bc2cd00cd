UPDATE jobs SET status = ?2, next_run_at = ?3, cursor = ?4, resumed_at = ?5 WHERE id = ?1
