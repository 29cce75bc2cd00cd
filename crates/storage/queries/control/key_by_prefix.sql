-- One of the two queries that find a tenant rather than belong to one: a credential says whose it is.
SELECT k.id, k.tenant_id, t.status AS tenant_status, k.hash, k.scopes, k.expires_at, k.revoked_at,
    t.plan, t.limits AS tenant_limits, k.limits AS key_limits, t.allowed_origins
FROM api_keys k
JOIN tenants t ON t.id = k.tenant_id
WHERE k.prefix = ?1
