SELECT day FROM archive_days WHERE tenant_id = ?1 AND published < generation ORDER BY day LIMIT ?2
