UPDATE runs
SET outcome = 'cancelled', due_at = NULL, ended_at = ?2, error = ?3, task = NULL
WHERE job_id = ?1 AND outcome = 'pending' AND asked_by = 'backfill' AND attempts = 0
