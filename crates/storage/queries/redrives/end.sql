UPDATE redrives
SET status = ?2, ended_at = ?3, ended_by = ?4, leased_until = 0
WHERE id = ?1 AND status = 'running'
RETURNING id
