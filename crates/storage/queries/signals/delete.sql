DELETE FROM signals WHERE tenant_id = ?1 AND event_id = ?2
