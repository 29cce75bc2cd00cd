UPDATE backfills SET status = 'cancelled', due_at = NULL, ended_at = ?2
WHERE job_id = ?1 AND due_at IS NOT NULL
