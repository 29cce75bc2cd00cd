SELECT id, object_key
FROM events
WHERE tenant_id = ?1 AND id > ?3 AND endpoint_id = ?2
ORDER BY id
LIMIT ?4
