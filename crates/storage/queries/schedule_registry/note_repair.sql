UPDATE schedule_objects SET repairs = repairs + 1, repaired_at = ?4, repair = ?3 WHERE tenant_id = ?1 AND part = ?2
