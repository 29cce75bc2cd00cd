-- All but the last ?2 of a job, except those that something is still to happen to.
DELETE FROM runs
WHERE job_id = ?1
    AND seq <= (SELECT MAX(seq) FROM runs WHERE job_id = ?1) - ?2
    AND outcome NOT IN ('pending', 'waiting', 'running')
