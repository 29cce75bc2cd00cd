-- Of any tenant: an operator looks through all schedules. Every id is greater than the empty text.
SELECT tenant_id, entered_at, repairs, repaired_at, repair
FROM schedules
WHERE tenant_id > COALESCE(?1, '')
ORDER BY tenant_id
LIMIT ?2
