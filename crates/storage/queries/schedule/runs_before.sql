SELECT * FROM runs
WHERE job_id = ?1 AND seq < (SELECT seq FROM runs WHERE id = ?3 AND job_id = ?1)
ORDER BY seq DESC
LIMIT ?2
