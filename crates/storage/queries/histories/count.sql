SELECT count(*) AS items FROM history_items WHERE tenant_id = ?1 AND endpoint_id = ?2
