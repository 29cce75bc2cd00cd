SELECT id AS file_id, name, media_type, size_bytes, etag, sha256, object_key, created_at
FROM files
WHERE tenant_id = ?1 AND status = 'ready'
