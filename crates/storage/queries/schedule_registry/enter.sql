INSERT INTO schedules (tenant_id, entered_at, attend_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
