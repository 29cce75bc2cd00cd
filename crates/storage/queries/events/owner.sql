SELECT tenant_id FROM events WHERE id = ?1
