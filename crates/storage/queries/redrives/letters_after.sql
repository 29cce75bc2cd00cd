-- By cron: what a redrive has not looked at, oldest first.
SELECT id
FROM dead_letters
WHERE fingerprint = ?1 AND id > ?2 AND id <= ?3 AND event_id IS NOT NULL AND (?4 IS NULL OR tenant_id = ?4)
    AND (replayed_at IS NULL OR replayed_at >= ?5)
ORDER BY id
LIMIT ?6
