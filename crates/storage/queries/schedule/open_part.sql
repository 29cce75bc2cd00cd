INSERT INTO parts (part, opened_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING
