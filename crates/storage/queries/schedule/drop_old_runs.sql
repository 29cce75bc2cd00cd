DELETE FROM runs
WHERE id IN (
    SELECT id FROM runs
    WHERE id < ?1 AND outcome NOT IN ('pending', 'waiting', 'running')
    ORDER BY id
    LIMIT ?2
)
RETURNING id
