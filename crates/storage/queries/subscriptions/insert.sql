INSERT INTO subscriptions (
    id, tenant_id, url, kinds, ordered_by, description, created_at, attended_at, idempotency_key, request_hash
)
SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?7, ?8, ?9
WHERE (SELECT count(*) FROM subscriptions WHERE tenant_id = ?1) < ?10
ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id
