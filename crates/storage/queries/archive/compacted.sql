UPDATE archive_days SET compacted = MAX(compacted, ?3) WHERE tenant_id = ?1 AND day = ?2
