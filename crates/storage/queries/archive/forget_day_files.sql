DELETE FROM archive_files WHERE tenant_id = ?1 AND day = ?2
