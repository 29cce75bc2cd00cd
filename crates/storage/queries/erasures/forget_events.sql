DELETE FROM erasure_events WHERE erasure_id = ?2 AND tenant_id = ?1
