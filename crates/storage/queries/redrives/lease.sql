-- By cron: the one that has waited longest, for one Worker alone.
UPDATE redrives
SET leased_until = ?2
WHERE id = (SELECT id FROM redrives WHERE status = 'running' AND leased_until <= ?1 ORDER BY leased_until LIMIT 1)
    AND leased_until <= ?1
RETURNING
    id, request_key, fingerprint, of_tenant, per_second, upto, status, requested_by, requested_at, traceparent, ended_at,
    ended_by, total, begun, refused, position
