SELECT field, value, at, event_id
FROM crm_settings
WHERE tenant_id = ?1 AND record = ?2
ORDER BY stamp DESC, field DESC, value DESC
LIMIT ?3
