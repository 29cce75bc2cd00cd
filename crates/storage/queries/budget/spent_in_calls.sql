SELECT
    coalesce(sum(iif(status = 'settled', took_nanos, bound_nanos)), 0) AS nanos,
    coalesce(sum(iif(status = 'settled', took_in + took_out, bound_in + bound_out)), 0) AS tokens,
    count(*) AS requests
FROM calls
WHERE at_ms >= ?1 AND at_ms < ?2 AND status IN ('settled', 'expired')
    AND (?3 = '' OR key = ?3)
    AND (?4 = '' OR model = ?4)
