SELECT
    tenant_id, id, run, source, type, workflow, subject, endpoint_id, delivery_key, content_sha256, object_key, media_type,
    size_bytes, status, reason, title, account, signals_count, assessment, traceparent, occurred_at, received_at, updated_at
FROM events
WHERE id < ?1
