DELETE FROM file_parts
WHERE tenant_id = ?1 AND file_id = ?2
    AND NOT EXISTS (SELECT 1 FROM files WHERE id = ?2 AND tenant_id = ?1 AND status = 'uploading')
