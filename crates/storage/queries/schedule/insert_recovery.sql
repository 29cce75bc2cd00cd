-- As if the run had ended well, for those who want to be told.
INSERT INTO ended_runs (job_id, run_id, outcome, count)
SELECT id, ?2, 'succeeded', 1 FROM jobs WHERE id = ?1 AND json_extract(policy, '$.alert') IS NOT NULL
