SELECT * FROM backfills WHERE job_id = ?1 AND due_at IS NOT NULL
