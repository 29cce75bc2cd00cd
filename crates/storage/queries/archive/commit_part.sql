UPDATE archive_files
SET state = 'live',
    generation = COALESCE((SELECT d.generation FROM archive_days AS d WHERE d.tenant_id = ?1 AND d.day = archive_files.day), 0) + 1,
    event_ids = NULL,
    rows = ?3,
    bytes = ?4,
    sha256 = ?5,
    min_received_at = ?6,
    max_received_at = ?7,
    min_event_id = ?8,
    max_event_id = ?9
WHERE tenant_id = ?1
    AND key = ?2
    AND state = 'writing'
    AND (
        SELECT COUNT(*)
        FROM events
        WHERE tenant_id = ?1 AND id IN (SELECT value FROM json_each(archive_files.event_ids))
    ) = ?3
