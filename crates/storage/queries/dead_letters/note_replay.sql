-- The first replay stays the one that is told of.
UPDATE dead_letters
SET replayed_at = ?4, replayed_by = ?5
WHERE tenant_id = ?1
    AND id = ?2
    AND replayed_at IS NULL
    AND EXISTS (SELECT 1 FROM events WHERE tenant_id = ?1 AND id = ?3 AND run > dead_letters.run)
