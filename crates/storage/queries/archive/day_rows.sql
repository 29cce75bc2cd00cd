SELECT COALESCE(SUM(rows), 0) AS count FROM archive_files WHERE tenant_id = ?1 AND day = ?2 AND state = 'live'
