SELECT
    (SELECT COUNT(*) FROM runs WHERE job_id = ?1 AND outcome IN ('pending', 'running')) AS begun,
    (SELECT COUNT(*) FROM runs WHERE job_id = ?1 AND outcome = 'waiting') AS waiting,
    (SELECT MIN(due_at) FROM runs WHERE job_id = ?1 AND outcome IN ('pending', 'running')) AS next_due
