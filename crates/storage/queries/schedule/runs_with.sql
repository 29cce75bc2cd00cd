-- Without ?3, from the newest on.
SELECT * FROM runs
WHERE job_id = ?1 AND outcome = ?4
    AND seq < COALESCE((SELECT seq FROM runs WHERE id = ?3 AND job_id = ?1), CASE WHEN ?3 IS NULL THEN 9007199254740991 ELSE 0 END)
ORDER BY seq DESC
LIMIT ?2
