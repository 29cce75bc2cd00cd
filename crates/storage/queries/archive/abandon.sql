UPDATE archive_files
SET state = 'superseded', event_ids = NULL, superseded_at = ?3
WHERE tenant_id = ?1 AND key = ?2 AND state = 'writing'
