UPDATE events
SET archive_file = ?2
WHERE tenant_id = ?1
    AND archive_file IS NULL
    AND id IN (SELECT value FROM json_each(?3))
    AND EXISTS (SELECT 1 FROM archive_files WHERE key = ?2 AND tenant_id = ?1 AND state = 'writing')
