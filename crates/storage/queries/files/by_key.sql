SELECT id AS file_id, status, request_hash FROM files WHERE tenant_id = ?1 AND idempotency_key = ?2
