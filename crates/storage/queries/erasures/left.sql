SELECT event_id, object_key, day, archived
FROM erasure_events
WHERE erasure_id = ?2 AND stage = 'found' AND tenant_id = ?1
ORDER BY event_id
LIMIT ?3
