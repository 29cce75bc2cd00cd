SELECT seq, job_id, run_id, outcome, count FROM ended_runs ORDER BY seq LIMIT ?1
