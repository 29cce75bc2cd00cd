SELECT s.kind, s.score, s.quote, s.speaker, s.event_id, COALESCE(e.occurred_at, e.received_at) AS at
-- `CROSS` keeps SQLite from walking all of the tenant's signals: the account's events come first.
FROM events e
CROSS JOIN signals s ON s.event_id = e.id
WHERE e.tenant_id = ?1 AND e.account = ?2 AND COALESCE(e.occurred_at, e.received_at) >= ?3
    AND COALESCE(e.occurred_at, e.received_at) < ?4 AND s.tenant_id = ?1
ORDER BY s.score DESC, at DESC, s.id
LIMIT ?5
