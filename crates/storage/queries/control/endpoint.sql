-- The other: an endpoint's id, in a webhook's address, says whose it is.
SELECT e.id, e.tenant_id, t.status AS tenant_status, e.source, e.secret, e.previous_secret, e.previous_valid_until,
    e.settings, e.status, t.plan, t.limits AS tenant_limits
FROM endpoints e
JOIN tenants t ON t.id = e.tenant_id
WHERE e.id = ?1
