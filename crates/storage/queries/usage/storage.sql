SELECT
    COALESCE((SELECT files FROM file_totals WHERE tenant_id = ?1), 0) AS files,
    COALESCE((SELECT bytes FROM file_totals WHERE tenant_id = ?1), 0) AS file_bytes,
    COALESCE((SELECT events FROM event_totals WHERE tenant_id = ?1), 0) AS events,
    COALESCE((SELECT bytes FROM event_totals WHERE tenant_id = ?1), 0) AS event_bytes
