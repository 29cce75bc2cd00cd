UPDATE approvals
SET seen_version = MAX(seen_version, ?3)
WHERE tenant_id = ?1 AND id = ?2
