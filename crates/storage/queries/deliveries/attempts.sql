SELECT number, started_at, duration_ms, status, error, excerpt
FROM (SELECT * FROM attempts WHERE delivery_id = ?1 ORDER BY seq DESC LIMIT ?2)
ORDER BY seq
