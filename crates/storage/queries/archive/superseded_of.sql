SELECT f.tenant_id, f.key
FROM archive_files AS f
WHERE f.tenant_id = ?1
    AND f.day = ?2
    AND f.state = 'superseded'
    AND NOT EXISTS (
        SELECT 1 FROM archive_days AS d WHERE d.tenant_id = f.tenant_id AND d.day = f.day AND d.published < d.generation
    )
