-- Selecting from the event keeps a step from being written to another tenant's event, or to a run that is not its own.
INSERT INTO event_steps (tenant_id, event_id, position, name, status, attempts, started_at, ended_at, error)
SELECT tenant_id, id, ?3, ?4, ?5, ?6, ?7, ?8, ?9
FROM events
WHERE tenant_id = ?1 AND id = ?2 AND run = ?10
ON CONFLICT (event_id, name) DO UPDATE SET
    position = excluded.position,
    status = excluded.status,
    attempts = excluded.attempts,
    started_at = MIN(started_at, excluded.started_at),
    ended_at = excluded.ended_at,
    error = excluded.error
RETURNING event_id
