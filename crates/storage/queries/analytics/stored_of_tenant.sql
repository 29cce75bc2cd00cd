SELECT
    tenant_id,
    SUM(files) AS files,
    SUM(file_bytes) AS file_bytes,
    SUM(events) AS events,
    SUM(event_bytes) AS event_bytes
FROM (
    SELECT tenant_id, files, bytes AS file_bytes, 0 AS events, 0 AS event_bytes FROM file_totals WHERE tenant_id = ?1
    UNION ALL
    SELECT tenant_id, 0, 0, events, bytes FROM event_totals WHERE tenant_id = ?1
)
GROUP BY tenant_id
