UPDATE redrives
SET leased_until = ?3
WHERE id = ?1 AND status = 'running' AND leased_until <= ?2
RETURNING
    id, request_key, fingerprint, of_tenant, per_second, upto, status, requested_by, requested_at, traceparent, ended_at,
    ended_by, total, begun, refused, position
