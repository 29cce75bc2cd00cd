UPDATE jobs
SET name = ?2, schedule = ?3, task = ?4, max_attempts = ?5, delay_ms = ?6, status = ?7, next_run_at = ?8, calendar = ?9,
    cursor = ?10, resumed_at = ?11, policy = ?12, version = ?13, forgotten_from = ?14,
    forgotten_until = ?15
WHERE id = ?1
