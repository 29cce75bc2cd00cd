SELECT key FROM archive_files WHERE key = ?2 AND tenant_id = ?1 AND state <> 'superseded'
