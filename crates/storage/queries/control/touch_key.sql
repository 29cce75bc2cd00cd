-- The one write of the gateway: when a key was last used. Never back, and not again within five minutes.
UPDATE api_keys SET last_used_at = ?3
WHERE id = ?1 AND tenant_id = ?2 AND (last_used_at IS NULL OR last_used_at <= ?3 - 300000)
