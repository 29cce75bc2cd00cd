DELETE FROM archive_files WHERE tenant_id = ?1 AND key = ?2 AND state = 'writing'
