UPDATE backfills
SET cursor = ?2, due_at = ?3, status = ?4, begun = ?5, kept = ?6, ended_at = ?7
WHERE id = ?1 AND status = 'running'
RETURNING id
