UPDATE histories
SET recalled = MAX(COALESCE(recalled, ''), ?3)
WHERE tenant_id = ?1 AND endpoint_id = ?2
