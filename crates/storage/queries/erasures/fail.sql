UPDATE erasures SET status = 'failed', error = ?3 WHERE tenant_id = ?1 AND id = ?2 AND status = 'running'
