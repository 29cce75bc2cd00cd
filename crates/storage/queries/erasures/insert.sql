INSERT INTO erasures (
    id, tenant_id, request_key, scope, selector, selector_sha256, requested_by, reason, requested_at, traceparent, status
)
VALUES (?2, ?1, ?3, CASE WHEN ?4 IS NULL THEN 'tenant' ELSE 'contact' END, ?4, ?5, ?6, ?7, ?8, ?9, 'running')
ON CONFLICT DO NOTHING
