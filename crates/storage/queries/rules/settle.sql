UPDATE rule_notices SET settled_by = ?4, settled_at = ?5
WHERE tenant_id = ?1 AND list = ?2 AND id = ?3 AND settled_at IS NULL
