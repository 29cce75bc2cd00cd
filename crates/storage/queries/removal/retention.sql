SELECT events_days, updated_by, updated_at FROM retention_settings WHERE tenant_id = ?1
