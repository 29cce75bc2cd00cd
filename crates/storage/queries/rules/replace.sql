UPDATE evaluation_rules
SET version = version + 1,
    name = ?4,
    scope = ?5,
    condition = ?6,
    actions = ?7,
    enabled = ?8,
    cooldown_hours = ?9,
    updated_at = ?10
WHERE tenant_id = ?1 AND id = ?2 AND version = ?3
RETURNING id
