DELETE FROM archive_leases WHERE tenant_id = ?1 AND holder = ?2
