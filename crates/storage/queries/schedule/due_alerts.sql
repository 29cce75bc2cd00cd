-- Of each job the oldest alone: what comes after it waits until that is told, or "recovered" could come before "failing".
SELECT key, job_id, kind, payload, attempts, due_at
FROM alerts
WHERE due_at <= ?1
    AND rowid = (SELECT MIN(earlier.rowid) FROM alerts AS earlier WHERE earlier.job_id = alerts.job_id)
ORDER BY due_at, key
LIMIT ?2
