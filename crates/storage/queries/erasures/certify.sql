UPDATE erasures
SET status = 'done', error = NULL, selector = NULL, certificate = ?3, certificate_sha256 = ?4, completed_at = ?5
WHERE tenant_id = ?1 AND id = ?2 AND status <> 'done'
