-- Over all tenants: for the cron.
SELECT tenant_id, day FROM archive_days WHERE compacted < generation AND day < ?1 ORDER BY day LIMIT ?2
