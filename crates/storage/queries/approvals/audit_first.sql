INSERT INTO approval_audit (approval_id, tenant_id, version, at, actor, action, detail)
SELECT id, tenant_id, 1, ?3, ?4, ?5, ?6
FROM approvals
WHERE tenant_id = ?1 AND id = ?2
ON CONFLICT DO NOTHING
RETURNING version
