SELECT at, status, message, began_at FROM pings WHERE job_id = ?1 ORDER BY seq DESC LIMIT ?2
