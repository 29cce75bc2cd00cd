-- The event's own key first: what an insert has stored is found again when it is tried again.
SELECT id, content_sha256, 0 AS place FROM events WHERE tenant_id = ?1 AND delivery_key = ?2
UNION ALL
SELECT id, content_sha256, 1 AS place FROM events WHERE tenant_id = ?1 AND delivery_key = ?3 AND received_at > ?4
ORDER BY place
LIMIT 1
