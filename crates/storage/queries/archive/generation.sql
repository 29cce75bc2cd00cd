SELECT generation AS count FROM archive_days WHERE tenant_id = ?1 AND day = ?2
