SELECT
    id, request_key, scope, selector, selector_sha256, requested_by, reason, requested_at, traceparent, status, error,
    completed_at, certificate, certificate_sha256,
    (SELECT COUNT(*) FROM erasure_events AS e WHERE e.erasure_id = erasures.id) AS events_found,
    (SELECT COUNT(*) FROM erasure_events AS e WHERE e.erasure_id = erasures.id AND e.stage = 'done') AS events_removed
FROM erasures
WHERE tenant_id = ?1
