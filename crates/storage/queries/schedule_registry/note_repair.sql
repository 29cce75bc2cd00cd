UPDATE schedules SET repairs = repairs + 1, repaired_at = ?3, repair = ?2 WHERE tenant_id = ?1
