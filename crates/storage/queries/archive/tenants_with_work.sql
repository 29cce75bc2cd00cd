-- Over all tenants: for the cron. Of the events that wait, only the oldest are looked at.
SELECT tenant_id
FROM (
    SELECT tenant_id, MIN(received_at) AS since
    FROM (SELECT tenant_id, received_at FROM events WHERE archive_file IS NULL ORDER BY received_at LIMIT 1000)
    GROUP BY tenant_id
    UNION ALL
    SELECT tenant_id, 0 FROM (SELECT tenant_id FROM archive_files WHERE state = 'writing' LIMIT 1000)
    UNION ALL
    SELECT tenant_id, 0 FROM (SELECT tenant_id FROM archive_days WHERE published < generation LIMIT 1000)
)
GROUP BY tenant_id
ORDER BY MIN(since)
LIMIT ?1
