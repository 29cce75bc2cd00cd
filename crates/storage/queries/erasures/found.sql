INSERT INTO erasure_events (erasure_id, tenant_id, event_id, object_key, day, archived, stage)
SELECT ?2, ?1, value ->> 'event_id', value ->> 'object_key', value ->> 'day', value ->> 'archived', 'found'
FROM json_each(?3)
WHERE EXISTS (SELECT 1 FROM erasures WHERE tenant_id = ?1 AND id = ?2 AND status <> 'done')
ON CONFLICT (erasure_id, event_id) DO NOTHING
