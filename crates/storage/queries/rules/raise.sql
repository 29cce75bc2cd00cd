-- ?2 is a JSON array of notices. One that is there stays as it is.
INSERT INTO rule_notices (
    tenant_id, id, kind, rule_id, rule_name, event_id, signal_id, account, severity, title, body, assignee, due_at,
    workflow, run_id, created_at
)
SELECT
    ?1, n.value ->> 'notice_id', n.value ->> 'kind', n.value ->> 'rule_id', n.value ->> 'rule_name',
    n.value ->> 'event_id', n.value ->> 'signal_id', n.value ->> 'account', n.value ->> 'severity',
    n.value ->> 'title', n.value ->> 'body', n.value ->> 'assignee', n.value ->> 'due_at', n.value ->> 'workflow',
    n.value ->> 'run_id', n.value ->> 'created_at'
FROM json_each(?2) n
WHERE true
ON CONFLICT (id) DO NOTHING
