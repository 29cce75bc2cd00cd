DELETE FROM runs
WHERE id IN (
    SELECT id FROM runs
    WHERE id < ?1
        AND outcome NOT IN ('pending', 'waiting', 'running')
        AND NOT EXISTS (SELECT 1 FROM backfills WHERE backfills.job_id = runs.job_id AND due_at IS NOT NULL)
    ORDER BY id
    LIMIT ?2
)
RETURNING job_id, asked_by, outcome, COALESCE(first_for, scheduled_for) AS first, scheduled_for AS last
