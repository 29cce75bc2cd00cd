-- Nothing, where the job is gone.
INSERT INTO alert_states (job_id, streak, raised)
SELECT ?1, ?2, ?3 FROM jobs WHERE id = ?1
ON CONFLICT (job_id) DO UPDATE SET streak = ?2, raised = ?3
