SELECT tenant_id FROM ai_calls WHERE tenant_id > ?1 ORDER BY tenant_id LIMIT 1
