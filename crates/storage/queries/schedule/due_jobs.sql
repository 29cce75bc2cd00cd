SELECT * FROM jobs WHERE next_run_at <= ?1 ORDER BY next_run_at, id LIMIT ?2
