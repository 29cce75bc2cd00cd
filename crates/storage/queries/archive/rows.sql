SELECT
    tenant_id, id, source, type, subject, endpoint_id, occurred_at, received_at, content_sha256, object_key,
    size_bytes, media_type, traceparent
FROM events
WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(?2))
ORDER BY received_at, id
