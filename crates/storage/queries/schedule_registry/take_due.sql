-- Of any tenant: the watchdog looks after all schedules.
UPDATE schedules SET attend_at = ?2
WHERE tenant_id IN (
    SELECT tenant_id FROM schedules WHERE attend_at <= ?1 ORDER BY attend_at, tenant_id LIMIT ?3
)
RETURNING tenant_id
