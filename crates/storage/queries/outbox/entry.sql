SELECT
    o.tenant_id, o.event_id, e.run, e.workflow, e.traceparent, o.attempts, o.handovers, o.last_error, o.created_at
FROM outbox o
JOIN events e ON e.id = o.event_id AND e.tenant_id = o.tenant_id
WHERE o.tenant_id = ?1 AND o.event_id = ?2
