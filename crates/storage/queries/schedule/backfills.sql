-- `~` sorts after every id: without ?2, the page begins at the newest.
SELECT * FROM backfills WHERE job_id = ?1 AND id < COALESCE(?2, '~') ORDER BY id DESC LIMIT ?3
