SELECT at, actor, action, detail
FROM approval_audit
WHERE tenant_id = ?1 AND approval_id = ?2
ORDER BY version
