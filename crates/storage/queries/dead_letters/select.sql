-- For operators, over all tenants unless one is asked for.
SELECT
    d.id, d.tenant_id, d.event_id, d.run, d.cause, d.workflow, d.step, d.errors, d.attempts, d.message,
    d.traceparent, d.dead_at, d.expires_at, d.replayed_at, d.replayed_by, d.fingerprint, d.pattern,
    (SELECT e.status FROM events e WHERE e.id = d.event_id AND e.tenant_id = d.tenant_id) AS event_status,
    (SELECT e.run FROM events e WHERE e.id = d.event_id AND e.tenant_id = d.tenant_id) AS event_run
FROM dead_letters d
WHERE d.id > ''
