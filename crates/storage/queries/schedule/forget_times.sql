UPDATE jobs
SET forgotten_from = MIN(COALESCE(forgotten_from, ?2), ?2), forgotten_until = MAX(COALESCE(forgotten_until, ?3), ?3)
WHERE id = ?1
