SELECT key, request_hash, job_id, run_id, used_at FROM idempotency_keys WHERE key = ?1
