SELECT key, job_id, kind, payload, attempts, due_at FROM alerts WHERE due_at <= ?1 ORDER BY due_at, key LIMIT ?2
