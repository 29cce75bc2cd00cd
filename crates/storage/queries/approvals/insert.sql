INSERT INTO approvals (
    id, tenant_id, status, content, content_hash, revision, level, asked, version, seen_version, asked_at, expires_at,
    created_at, updated_at
)
SELECT id, tenant_id, 'pending', ?3, ?4, ?5, 0, ?6, 1, 0, ?7, ?8, ?7, ?7
FROM workflow_runs
WHERE tenant_id = ?1 AND id = ?2
ON CONFLICT DO NOTHING
