DELETE FROM erasure_counts WHERE erasure_id = ?2 AND tenant_id = ?1
