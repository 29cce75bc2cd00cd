INSERT INTO pings (job_id, at, status, message, began_at, seq)
VALUES (?1, ?2, ?3, ?4, ?5, COALESCE((SELECT MAX(seq) FROM pings WHERE job_id = ?1), 0) + 1)
