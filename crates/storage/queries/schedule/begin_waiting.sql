-- The oldest that waits, once nothing of the job is begun.
UPDATE runs
SET outcome = 'pending', due_at = ?2
WHERE id = (
    SELECT id
    FROM runs
    WHERE job_id = (SELECT job_id FROM runs WHERE id = ?1) AND outcome = 'waiting'
    ORDER BY seq
    LIMIT 1
)
AND NOT EXISTS (
    SELECT 1
    FROM runs
    WHERE job_id = (SELECT job_id FROM runs WHERE id = ?1) AND outcome IN ('pending', 'running')
)
