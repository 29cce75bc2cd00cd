SELECT id, object_key, received_at, source, subject, account, archive_file IS NOT NULL AS archived
FROM events
WHERE tenant_id = ?1 AND id > ?2
ORDER BY id
LIMIT ?3
