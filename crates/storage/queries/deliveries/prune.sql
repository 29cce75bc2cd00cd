DELETE FROM deliveries
WHERE settled_at < max(?1, coalesce((
    SELECT settled_at FROM deliveries WHERE settled_at IS NOT NULL ORDER BY settled_at DESC, seq DESC LIMIT 1 OFFSET ?2
), 0))
