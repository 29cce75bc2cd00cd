UPDATE alerts SET attempts = attempts + 1, due_at = ?2 WHERE key = ?1
