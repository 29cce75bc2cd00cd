DELETE FROM histories WHERE tenant_id = ?1 AND endpoint_id = ?2 RETURNING run_id
