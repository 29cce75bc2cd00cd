SELECT COUNT(*) AS parts FROM schedule_objects WHERE tenant_id = ?1
