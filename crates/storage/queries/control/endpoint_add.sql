INSERT INTO endpoints (id, tenant_id, source, name, secret, settings, request_key, request_hash, created_at)
SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9
WHERE (SELECT count(*) FROM endpoints WHERE tenant_id = ?1) < ?10
ON CONFLICT DO NOTHING
RETURNING id
