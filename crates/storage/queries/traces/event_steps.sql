-- For operators. Those of an event's last run.
SELECT
    'step' AS kind,
    s.event_id || '/' || s.name AS id,
    s.tenant_id,
    CASE e.run WHEN 0 THEN e.id ELSE e.id || '-' || e.run END || '/workflow' AS parent,
    s.name,
    s.status,
    s.status = 'failed' AS failed,
    s.started_at,
    s.ended_at,
    s.attempts,
    s.error,
    s.event_id
FROM events e
JOIN event_steps s ON s.event_id = e.id AND s.tenant_id = e.tenant_id
WHERE substr(e.traceparent, 4, 32) = ?1
ORDER BY s.started_at, s.position
LIMIT ?2
