SELECT * FROM backfills WHERE id = ?1 AND job_id = ?2
