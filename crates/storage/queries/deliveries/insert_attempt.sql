INSERT INTO attempts (delivery_id, number, started_at, duration_ms, status, error, excerpt)
SELECT id, ?2, ?3, ?4, ?5, ?6, ?7 FROM deliveries WHERE id = ?1
