SELECT name, count FROM erasure_counts WHERE erasure_id = ?2 AND tenant_id = ?1 ORDER BY name
