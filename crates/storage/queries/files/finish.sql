UPDATE files
SET status = 'ready', object_key = ?3, size_bytes = ?4, etag = ?5, sha256 = ?6, upload_id = NULL, expires_at = NULL
WHERE tenant_id = ?1 AND id = ?2 AND status IN ('storing', 'uploading')
