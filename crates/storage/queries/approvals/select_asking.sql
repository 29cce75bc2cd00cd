SELECT id, status, reason, content, content_hash, revision, level, asked, version, seen_version, asked_at, expires_at,
    created_at, updated_at, concluded_at
FROM approvals
WHERE tenant_id = ?1 AND EXISTS (SELECT 1 FROM json_each(approvals.asked) WHERE value = ?2)
