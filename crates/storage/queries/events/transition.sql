-- ?10 is a JSON array of the statuses that may become ?3; ?11 the run that must be under way, or nothing.
UPDATE events
SET status = ?3,
    reason = COALESCE(?4, reason),
    title = COALESCE(?5, title),
    account = COALESCE(?6, account),
    signals_count = COALESCE(?7, signals_count),
    assessment = COALESCE(?8, assessment),
    updated_at = ?9
WHERE tenant_id = ?1
    AND id = ?2
    AND status IN (SELECT value FROM json_each(?10))
    AND run = COALESCE(?11, run)
RETURNING id
