-- A rotation that is asked for again by the same name has happened: it moves no secret a second time.
UPDATE endpoints SET
    previous_secret = CASE WHEN ?4 IS NULL THEN NULL ELSE secret END,
    previous_valid_until = ?4,
    secret = ?3,
    rotated_at = ?5,
    rotation_key = ?6,
    rotation_hash = ?7
WHERE tenant_id = ?1 AND id = ?2 AND (?6 IS NULL OR rotation_key IS NULL OR rotation_key <> ?6)
RETURNING id
