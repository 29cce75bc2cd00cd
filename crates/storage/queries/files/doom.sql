UPDATE files SET status = 'deleted', expires_at = ?4
WHERE tenant_id = ?1 AND id = ?2 AND status = ?3
RETURNING id AS file_id, tenant_id, upload_id, object_key
