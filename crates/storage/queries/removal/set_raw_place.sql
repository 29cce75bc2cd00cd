INSERT INTO raw_sweeps (tenant_id, after_key) VALUES (?1, ?2)
ON CONFLICT (tenant_id) DO UPDATE SET after_key = excluded.after_key
