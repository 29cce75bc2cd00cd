SELECT id AS rule_id, version, name, scope, condition, actions, enabled, cooldown_hours, failures, last_error,
    last_raised_at, created_at, updated_at, request_hash
FROM evaluation_rules
WHERE tenant_id = ?1 AND idempotency_key = ?2
