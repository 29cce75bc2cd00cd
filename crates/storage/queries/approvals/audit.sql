-- Only about a pending approval of version ?3, for the change to the next.
INSERT INTO approval_audit (approval_id, tenant_id, version, at, actor, action, detail)
SELECT id, tenant_id, ?3 + 1, ?4, ?5, ?6, ?7
FROM approvals
WHERE tenant_id = ?1 AND id = ?2 AND version = ?3 AND status = 'pending'
