-- Over all tenants: for the cron. Not before the manifest shows what took the file's place.
SELECT f.tenant_id, f.key
FROM archive_files AS f
WHERE f.state = 'superseded'
    AND f.superseded_at < ?1
    AND NOT EXISTS (
        SELECT 1 FROM archive_days AS d WHERE d.tenant_id = f.tenant_id AND d.day = f.day AND d.published < d.generation
    )
ORDER BY f.superseded_at
LIMIT ?2
