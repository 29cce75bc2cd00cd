UPDATE jobs SET failing_since = ?2
WHERE id = (SELECT job_id FROM runs WHERE id = ?1) AND failing_since IS NULL
