DELETE FROM files WHERE tenant_id = ?1 AND id = ?2 AND status <> 'ready'
