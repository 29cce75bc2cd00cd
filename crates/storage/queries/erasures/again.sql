UPDATE erasure_events SET stage = 'found' WHERE erasure_id = ?2 AND tenant_id = ?1 AND stage = 'done'
