SELECT revision, approver, choice, comment, actor, content_hash, decided_at
FROM approval_decisions
WHERE tenant_id = ?1 AND approval_id = ?2
ORDER BY decided_at, revision, approver
