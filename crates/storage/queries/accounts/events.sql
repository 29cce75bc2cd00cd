SELECT id, COALESCE(occurred_at, received_at) AS at, COALESCE(title, type) AS title, assessment, signals_count
FROM events
WHERE tenant_id = ?1 AND account = ?2 AND COALESCE(occurred_at, received_at) >= ?3
    AND COALESCE(occurred_at, received_at) < ?4
ORDER BY at DESC, id DESC
LIMIT ?5
