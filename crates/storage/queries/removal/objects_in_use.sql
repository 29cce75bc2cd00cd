SELECT DISTINCT object_key FROM events WHERE tenant_id = ?1 AND object_key IN (SELECT value FROM json_each(?2))
