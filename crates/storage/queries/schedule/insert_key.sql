-- Nothing, where the job is gone.
INSERT INTO idempotency_keys (key, request_hash, job_id, run_id, used_at)
SELECT ?1, ?2, ?3, ?4, ?5 FROM jobs WHERE id = ?3
