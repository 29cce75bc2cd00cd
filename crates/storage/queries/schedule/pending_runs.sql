SELECT * FROM runs WHERE job_id = ?1 AND outcome = 'pending' ORDER BY seq LIMIT ?2
