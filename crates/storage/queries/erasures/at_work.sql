SELECT 'events' AS name, COUNT(*) AS count
FROM erasure_events AS found
JOIN events ON events.id = found.event_id AND events.tenant_id = found.tenant_id
WHERE found.erasure_id = ?2
    AND found.stage = 'found'
    AND found.tenant_id = ?1
    AND events.status IN ('received', 'processing')
