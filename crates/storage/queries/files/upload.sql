SELECT id AS file_id, name, media_type, size_bytes, upload_id, object_key, created_at, expires_at
FROM files
WHERE tenant_id = ?1 AND id = ?2 AND status = 'uploading'
