-- For operators: what became of each letter, and how its event is now.
SELECT
    r.letter_id, r.tenant_id, r.event_id, r.run, r.detail, r.at,
    (SELECT e.status FROM events e WHERE e.id = r.event_id AND e.tenant_id = r.tenant_id) AS event_status,
    (SELECT e.reason FROM events e WHERE e.id = r.event_id AND e.tenant_id = r.tenant_id) AS event_reason
FROM redrive_letters r
WHERE r.redrive_id = ?1 AND r.letter_id > ?2
ORDER BY r.letter_id
LIMIT ?3
