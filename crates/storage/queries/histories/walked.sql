UPDATE histories
SET walk = ?4, updated_at = ?5
WHERE tenant_id = ?1 AND endpoint_id = ?2 AND run_id = ?3
RETURNING run_id
