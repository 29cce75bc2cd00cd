DELETE FROM archive_files
WHERE tenant_id = ?1 AND key IN (SELECT value FROM json_each(?2)) AND state = 'superseded'
