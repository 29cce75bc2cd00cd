UPDATE jobs SET failing_since = NULL
WHERE id = (SELECT job_id FROM runs WHERE id = ?1) AND failing_since IS NOT NULL
