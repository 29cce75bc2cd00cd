-- `~` sorts after every id: without ?1, the page begins at the newest.
SELECT * FROM jobs WHERE id < COALESCE(?1, '~') ORDER BY id DESC LIMIT ?2
