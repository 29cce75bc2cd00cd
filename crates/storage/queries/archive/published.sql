UPDATE archive_days SET published = MAX(published, ?3) WHERE tenant_id = ?1 AND day = ?2
