-- A running run has a `due_at`, which is what finds it without reading the others.
UPDATE runs SET due_at = ?1 WHERE due_at IS NOT NULL AND outcome = 'running' RETURNING id
