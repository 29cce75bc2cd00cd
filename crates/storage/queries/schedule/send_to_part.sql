INSERT INTO placements (key, part, placed_at) VALUES (?1, ?2, ?3)
ON CONFLICT DO UPDATE SET part = MAX(part, excluded.part)
