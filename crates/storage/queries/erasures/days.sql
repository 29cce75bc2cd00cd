SELECT DISTINCT day FROM erasure_events WHERE erasure_id = ?2 AND day > ?3 AND tenant_id = ?1 ORDER BY day LIMIT ?4
