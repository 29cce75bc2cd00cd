DELETE FROM runs WHERE job_id = ?1
