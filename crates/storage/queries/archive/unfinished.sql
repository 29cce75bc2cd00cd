SELECT key, event_ids FROM archive_files WHERE tenant_id = ?1 AND state = 'writing' ORDER BY created_at
