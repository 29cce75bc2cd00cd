-- Of any tenant: the watchdog looks after all queues.
UPDATE subscriptions SET attended_at = ?2
WHERE id IN (
    SELECT id FROM subscriptions WHERE status = 'active' AND attended_at < ?1 ORDER BY attended_at LIMIT ?3
)
RETURNING tenant_id, id
