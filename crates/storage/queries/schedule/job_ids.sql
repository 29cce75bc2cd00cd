-- Every id is greater than the empty text.
SELECT id FROM jobs WHERE id > COALESCE(?1, '') ORDER BY id LIMIT ?2
