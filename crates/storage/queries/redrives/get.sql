-- For operators.
SELECT
    id, request_key, fingerprint, of_tenant, per_second, upto, status, requested_by, requested_at, traceparent, ended_at,
    ended_by, total, begun, refused, position
FROM redrives
WHERE id = ?1
