-- By cron, over all tenants.
DELETE FROM dead_letters
WHERE id IN (SELECT id FROM dead_letters WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2)
RETURNING id
