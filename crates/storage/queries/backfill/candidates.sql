-- Ids sort by acceptance: from ?2 on, after ?6 and before ?3.
SELECT id, run
FROM events
WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3 AND source = COALESCE(?4, source) AND type = COALESCE(?5, type)
    AND id > COALESCE(?6, '')
ORDER BY id
LIMIT ?7
