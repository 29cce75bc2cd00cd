UPDATE events
SET archive_file = NULL
WHERE tenant_id = ?1
    AND archive_file = ?2
    AND id IN (
        SELECT json_each.value
        FROM archive_files, json_each(archive_files.event_ids)
        WHERE archive_files.tenant_id = ?1 AND archive_files.key = ?2 AND archive_files.state = 'writing'
    )
