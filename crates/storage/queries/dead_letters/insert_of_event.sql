-- Runs behind a transition to ?3 in run ?4 (or whichever is under way); where that was refused, nothing died.
INSERT INTO dead_letters (
    id, tenant_id, event_id, run, cause, workflow, step, errors, attempts, message, traceparent, dead_at, expires_at,
    fingerprint, pattern
)
SELECT ?5, tenant_id, id, run, ?6, ?7, ?8, ?9, ?10, ?11, traceparent, ?12, ?13, ?14, ?15
FROM events
WHERE tenant_id = ?1 AND id = ?2 AND status = ?3 AND run = COALESCE(?4, run)
ON CONFLICT DO NOTHING
