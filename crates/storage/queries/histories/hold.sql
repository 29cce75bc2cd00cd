-- Who walks goes on; who has ended is followed.
UPDATE histories
SET run_id = CASE WHEN run_id IS NULL OR run_id = ?4 THEN ?3 ELSE run_id END, updated_at = ?5
WHERE tenant_id = ?1 AND endpoint_id = ?2
RETURNING run_id
