-- Over all tenants: a gauge.
SELECT COUNT(*) AS count FROM (SELECT 1 FROM events WHERE archive_file IS NULL LIMIT ?1)
