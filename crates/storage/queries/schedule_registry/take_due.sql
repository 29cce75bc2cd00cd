-- Of any tenant: the watchdog looks after all schedules.
UPDATE schedule_objects SET attend_at = ?2
WHERE (tenant_id, part) IN (
    SELECT tenant_id, part FROM schedule_objects WHERE attend_at <= ?1
    ORDER BY attend_at, tenant_id, part LIMIT ?3
)
RETURNING tenant_id, part
