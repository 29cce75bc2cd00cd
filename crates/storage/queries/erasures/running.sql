-- Over all tenants: for the cron.
SELECT tenant_id, id, traceparent FROM erasures WHERE status = 'running' ORDER BY id LIMIT ?1
