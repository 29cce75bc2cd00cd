SELECT
    tenant_id, id, source, type, subject, endpoint_id, occurred_at, received_at, content_sha256, object_key,
    size_bytes, media_type, traceparent
FROM events
WHERE tenant_id = ?1 AND archive_file IS NULL
ORDER BY received_at
LIMIT ?2
