-- For operators: what each tenant stores, from the sums that triggers keep, a row a tenant.
SELECT
    tenant_id,
    SUM(files) AS files,
    SUM(file_bytes) AS file_bytes,
    SUM(events) AS events,
    SUM(event_bytes) AS event_bytes
FROM (
    SELECT tenant_id, files, bytes AS file_bytes, 0 AS events, 0 AS event_bytes FROM file_totals
    UNION ALL
    SELECT tenant_id, 0, 0, events, bytes FROM event_totals
)
GROUP BY tenant_id
