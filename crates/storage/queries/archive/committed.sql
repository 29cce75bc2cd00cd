SELECT key FROM archive_files WHERE tenant_id = ?1 AND key = ?2 AND generation IS NOT NULL
