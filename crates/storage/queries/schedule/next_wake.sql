SELECT MIN(due) AS at
FROM (
    SELECT MIN(next_run_at) AS due FROM jobs WHERE next_run_at IS NOT NULL
    UNION ALL
    SELECT MIN(due_at) FROM runs WHERE due_at IS NOT NULL
    UNION ALL
    SELECT MIN(due_at) FROM backfills WHERE due_at IS NOT NULL
    UNION ALL
    SELECT due_at
    FROM (
        -- As they are told: of each job the oldest alone. In this order the index gives the first at once.
        SELECT due_at FROM alerts
        WHERE rowid = (SELECT MIN(earlier.rowid) FROM alerts AS earlier WHERE earlier.job_id = alerts.job_id)
        ORDER BY due_at
        LIMIT 1
    )
    UNION ALL
    -- A run that ended is judged at once, also one that ended before its time. The platform takes no alarm for the time 0.
    SELECT COALESCE(MIN(runs.scheduled_for, COALESCE(runs.ended_at, runs.scheduled_for)), 1)
    FROM (SELECT run_id FROM ended_runs ORDER BY seq LIMIT 1) AS ended
    LEFT JOIN runs ON runs.id = ended.run_id
)
