SELECT key, rows, bytes, sha256, min_received_at, max_received_at, min_event_id, max_event_id
FROM archive_files
WHERE tenant_id = ?1 AND day = ?2 AND state = 'live'
ORDER BY min_received_at, key
