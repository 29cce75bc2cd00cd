SELECT MIN(due) AS at
FROM (
    SELECT MIN(next_run_at) AS due FROM jobs WHERE next_run_at IS NOT NULL
    UNION ALL
    SELECT MIN(due_at) FROM runs WHERE due_at IS NOT NULL
    UNION ALL
    SELECT MIN(due_at) FROM backfills WHERE due_at IS NOT NULL
    UNION ALL
    SELECT MIN(due_at) FROM alerts
    UNION ALL
    SELECT 0 FROM (SELECT seq FROM ended_runs LIMIT 1)
)
