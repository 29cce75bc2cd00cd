UPDATE runs
SET outcome = ?2, attempts = ?3, due_at = ?4, started_at = ?5, ended_at = ?6, error = ?7, event_id = ?8, tries = ?9,
    done = ?10, ping = ?11,
    task = CASE WHEN ?2 IN ('pending', 'running') THEN task END
WHERE id = ?1 AND outcome <> 'cancelled'
RETURNING id
