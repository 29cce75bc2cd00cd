SELECT id AS notice_id, kind, rule_id, rule_name, event_id, signal_id, account, severity, title, body, assignee, due_at,
    workflow, run_id, settled_by, settled_at, created_at
FROM rule_notices
WHERE tenant_id = ?1 AND event_id = ?2
ORDER BY id
