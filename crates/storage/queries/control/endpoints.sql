SELECT id, source, name, secret, settings, status, previous_secret IS NOT NULL AS rotating, previous_valid_until,
    rotated_at, created_at, request_hash
FROM endpoints
WHERE tenant_id = ?1 AND (?2 IS NULL OR id < ?2)
ORDER BY id DESC
LIMIT ?3
