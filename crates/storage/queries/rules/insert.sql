INSERT INTO evaluation_rules (
    id, tenant_id, version, name, scope, condition, actions, enabled, cooldown_hours, created_at, updated_at,
    idempotency_key, request_hash
)
SELECT ?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10, ?11, ?12
WHERE (SELECT count(*) FROM evaluation_rules WHERE tenant_id = ?1) < ?13
ON CONFLICT (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING
RETURNING id
