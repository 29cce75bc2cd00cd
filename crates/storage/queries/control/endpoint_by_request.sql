SELECT id, source, name, secret, settings, status, previous_secret IS NOT NULL AS rotating, previous_valid_until,
    rotated_at, created_at, request_hash
FROM endpoints
WHERE tenant_id = ?1 AND request_key = ?2
