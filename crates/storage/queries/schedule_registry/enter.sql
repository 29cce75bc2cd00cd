INSERT INTO schedule_objects (tenant_id, part, entered_at, attend_at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT DO NOTHING
