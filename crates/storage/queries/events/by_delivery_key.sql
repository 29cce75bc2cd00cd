SELECT id, content_sha256 FROM events WHERE tenant_id = ?1 AND delivery_key = ?2
