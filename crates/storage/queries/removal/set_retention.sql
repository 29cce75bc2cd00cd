INSERT INTO retention_settings (tenant_id, events_days, updated_by, updated_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (tenant_id) DO UPDATE
SET events_days = excluded.events_days, updated_by = excluded.updated_by, updated_at = excluded.updated_at
