-- `~` sorts after every id: without ?2, the page begins at the newest.
SELECT * FROM jobs
WHERE id IN (
    SELECT id FROM jobs WHERE next_run_at <= ?1
    UNION ALL
    SELECT job_id FROM runs WHERE due_at <= ?1
)
    AND id < COALESCE(?2, '~')
ORDER BY id DESC
LIMIT ?3
