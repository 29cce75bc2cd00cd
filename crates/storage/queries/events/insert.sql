-- A row whose delivery key the tenant has already used is left out, and so is one that was accepted under the earlier
-- key ?15 after ?16; the query behind it tells whose row is stored.
INSERT INTO events (
    tenant_id, id, source, type, subject, endpoint_id, delivery_key, content_sha256, object_key, media_type,
    size_bytes, status, traceparent, occurred_at, received_at, updated_at, workflow
)
SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'received', ?12, ?13, ?14, ?14, ?17
WHERE NOT EXISTS (
    SELECT 1 FROM events WHERE tenant_id = ?1 AND delivery_key = ?15 AND received_at > ?16 AND id <> ?2
)
ON CONFLICT DO NOTHING
