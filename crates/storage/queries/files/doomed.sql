UPDATE files SET status = 'deleted'
WHERE status <> 'ready' AND id IN (SELECT id FROM files WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
RETURNING id AS file_id, tenant_id, upload_id, object_key
