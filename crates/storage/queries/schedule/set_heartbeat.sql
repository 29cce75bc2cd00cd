UPDATE jobs SET heartbeat = ?2 WHERE id = ?1 RETURNING id
