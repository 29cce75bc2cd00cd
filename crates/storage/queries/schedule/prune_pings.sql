DELETE FROM pings WHERE job_id = ?1 AND seq <= (SELECT MAX(seq) FROM pings WHERE job_id = ?1) - ?2
