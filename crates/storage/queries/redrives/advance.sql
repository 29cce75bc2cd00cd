-- Behind the notes of the same letters: a page that is worked off again counts once.
UPDATE redrives
SET position = ?2, begun = begun + ?3, refused = refused + ?4
WHERE id = ?1 AND position < ?2
