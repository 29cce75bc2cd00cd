SELECT rotation_hash FROM endpoints WHERE tenant_id = ?1 AND id = ?2
