INSERT INTO usage_batches (tenant_id, id, recorded_at) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING
RETURNING id
