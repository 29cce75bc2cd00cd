SELECT field, value, at, event_id
FROM crm_settings
WHERE tenant_id = ?1 AND record = ?2 AND field = ?3
ORDER BY stamp DESC, value DESC
LIMIT ?4
