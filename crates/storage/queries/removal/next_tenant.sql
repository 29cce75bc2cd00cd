-- Over all tenants, one by one: for the cron.
SELECT tenant_id
FROM (
    SELECT tenant_id FROM (SELECT tenant_id FROM events WHERE tenant_id > ?1 ORDER BY tenant_id LIMIT 1)
    UNION ALL
    SELECT tenant_id FROM (SELECT tenant_id FROM archive_days WHERE tenant_id > ?1 ORDER BY tenant_id LIMIT 1)
)
ORDER BY tenant_id
LIMIT 1
