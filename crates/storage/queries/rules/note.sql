-- How the rules of ?2, a JSON array of ids, did. All of it follows from what is stored, so doing it twice does it once.
UPDATE evaluation_rules
SET last_raised_at = (
        SELECT max(n.created_at) FROM rule_notices n WHERE n.tenant_id = ?1 AND n.rule_id = evaluation_rules.id
    ),
    failures = (
        SELECT count(*) FROM rule_notices n
        WHERE n.tenant_id = ?1 AND n.rule_id = evaluation_rules.id AND n.kind = 'failed_action'
    ),
    last_error = (
        SELECT n.body FROM rule_notices n
        WHERE n.tenant_id = ?1 AND n.rule_id = evaluation_rules.id AND n.kind = 'failed_action'
        ORDER BY n.created_at DESC, n.id DESC LIMIT 1
    )
WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2))
