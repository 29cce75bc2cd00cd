DELETE FROM deliveries
WHERE event_id IS NOT NULL AND event_id IN (SELECT value FROM json_each(?1))
RETURNING id
