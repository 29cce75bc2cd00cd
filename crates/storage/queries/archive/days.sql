SELECT DISTINCT day
FROM (
    SELECT day FROM archive_days WHERE tenant_id = ?1
    UNION ALL
    SELECT day FROM archive_files WHERE tenant_id = ?1
)
WHERE ?2 IS NULL OR day < ?2
ORDER BY day
LIMIT ?3
