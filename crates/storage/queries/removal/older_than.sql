SELECT id, object_key, received_at, source, subject, account, archive_file IS NOT NULL AS archived
FROM events
WHERE tenant_id = ?1 AND received_at < ?2
ORDER BY received_at
LIMIT ?3
