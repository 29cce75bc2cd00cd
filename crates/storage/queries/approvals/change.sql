UPDATE approvals
SET version = version + 1,
    updated_at = ?4,
    status = COALESCE(?5, status),
    reason = COALESCE(?6, reason),
    concluded_at = CASE WHEN ?5 IS NULL THEN concluded_at ELSE ?4 END,
    level = COALESCE(?7, level),
    asked = COALESCE(?8, asked),
    content = COALESCE(?9, content),
    content_hash = COALESCE(?10, content_hash),
    revision = COALESCE(?11, revision),
    asked_at = COALESCE(?12, asked_at),
    expires_at = COALESCE(?13, expires_at)
WHERE tenant_id = ?1 AND id = ?2 AND version = ?3 AND status = 'pending'
RETURNING version
