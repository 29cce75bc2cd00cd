-- What is not over does what the job said when its time came, where the job is about to get another task.
UPDATE runs
SET task = (SELECT task FROM jobs WHERE id = ?1)
WHERE job_id = ?1
    AND outcome IN ('pending', 'waiting', 'running')
    AND task IS NULL
    AND (SELECT task FROM jobs WHERE id = ?1) <> ?2
