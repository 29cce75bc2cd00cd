-- Nothing, where the job is gone, or it is there already.
INSERT INTO alerts (key, job_id, kind, payload, attempts, due_at)
SELECT ?1, ?2, ?3, ?4, ?5, ?6 FROM jobs WHERE id = ?2
ON CONFLICT DO NOTHING
