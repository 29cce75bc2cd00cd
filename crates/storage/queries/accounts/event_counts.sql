SELECT CAST((COALESCE(occurred_at, received_at) - ?3) / ?5 AS INTEGER) AS bucket, COUNT(*) AS count
FROM events
WHERE tenant_id = ?1 AND account = ?2 AND COALESCE(occurred_at, received_at) >= ?3
    AND COALESCE(occurred_at, received_at) < ?4
GROUP BY bucket
ORDER BY bucket
