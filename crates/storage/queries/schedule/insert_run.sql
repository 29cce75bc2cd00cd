-- Nothing, where the job is gone or the schedule has a record for this time.
INSERT INTO runs (
    id, job_id, asked_by, scheduled_for, traceparent, outcome, attempts, due_at, started_at, ended_at, error,
    event_id, first_for, count, clock_change, tries, done, ping, seq
)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18,
    COALESCE((SELECT MAX(seq) FROM runs WHERE job_id = ?2), 0) + 1
FROM jobs
WHERE jobs.id = ?2
ON CONFLICT DO NOTHING
