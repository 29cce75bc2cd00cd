-- Only about a pending approval of this version.
INSERT INTO approval_decisions (
    approval_id, tenant_id, revision, approver, choice, comment, actor, content_hash, decided_at
)
SELECT id, tenant_id, ?4, ?5, ?6, ?7, ?8, ?9, ?10
FROM approvals
WHERE tenant_id = ?1 AND id = ?2 AND version = ?3 AND status = 'pending'
