SELECT id FROM rule_notices
WHERE tenant_id = ?1 AND rule_id = ?2 AND created_at > ?3 AND account IS ?4 AND event_id <> ?5
LIMIT 1
