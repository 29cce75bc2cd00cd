SELECT event_id, object_key, day, archived
FROM erasure_events
WHERE erasure_id = ?2 AND event_id > ?3 AND tenant_id = ?1
ORDER BY event_id
LIMIT ?4
