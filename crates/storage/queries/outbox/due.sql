-- The sweep's own query, over all tenants.
SELECT
    o.tenant_id, o.event_id, e.run, e.workflow, e.traceparent, o.attempts, o.handovers, o.last_error, o.created_at
FROM outbox o
JOIN events e ON e.id = o.event_id AND e.tenant_id = o.tenant_id
WHERE o.next_attempt_at <= ?1
ORDER BY o.next_attempt_at, o.event_id
LIMIT ?2
