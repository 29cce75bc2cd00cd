-- Left out if the id, or the tenant's request key, is there; the query behind it tells whose run is on record.
INSERT INTO workflow_runs (
    tenant_id, id, workflow, status, params, request_key, request_sha256, actor, traceparent, created_at, updated_at,
    check_at
)
VALUES (?1, ?2, ?3, 'accepted', ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?10)
ON CONFLICT DO NOTHING
