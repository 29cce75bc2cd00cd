SELECT number, size_bytes, etag FROM file_parts WHERE tenant_id = ?1 AND file_id = ?2 ORDER BY number
