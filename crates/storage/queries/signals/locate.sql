SELECT tenant_id, event_id FROM signals WHERE id = ?1
