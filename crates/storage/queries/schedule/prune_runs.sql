-- All but the last ?2 of a job, except those that something is still to happen to; none while a backfill looks at them.
DELETE FROM runs
WHERE job_id = ?1
    AND seq <= (SELECT MAX(seq) FROM runs WHERE job_id = ?1) - ?2
    AND outcome NOT IN ('pending', 'waiting', 'running')
    AND NOT EXISTS (SELECT 1 FROM backfills WHERE job_id = ?1 AND due_at IS NOT NULL)
RETURNING job_id, asked_by, outcome, COALESCE(first_for, scheduled_for) AS first, scheduled_for AS last
