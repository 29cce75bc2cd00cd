INSERT INTO file_parts (tenant_id, file_id, number, size_bytes, etag)
SELECT ?1, ?2, ?3, ?4, ?5
WHERE EXISTS (SELECT 1 FROM files WHERE id = ?2 AND tenant_id = ?1 AND status = 'uploading')
ON CONFLICT (tenant_id, file_id, number) DO UPDATE SET size_bytes = excluded.size_bytes, etag = excluded.etag
RETURNING number
