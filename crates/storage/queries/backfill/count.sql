-- Ids sort by acceptance: from ?2 on and before ?3.
SELECT COUNT(*) AS depth
FROM events
WHERE tenant_id = ?1 AND id >= ?2 AND id < ?3 AND source = COALESCE(?4, source) AND type = COALESCE(?5, type)
