INSERT INTO files (
    id, tenant_id, name, media_type, status, size_bytes, upload_id, object_key, created_at, expires_at,
    idempotency_key, request_hash
)
SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12
WHERE COALESCE((SELECT bytes FROM file_totals WHERE tenant_id = ?1), 0) + ?6 <= ?13
ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id
