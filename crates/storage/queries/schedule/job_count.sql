SELECT COUNT(*) AS count FROM jobs
