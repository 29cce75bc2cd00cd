DELETE FROM backfills WHERE job_id = ?1
