UPDATE runs
SET scheduled_for = ?2, first_for = ?3, count = ?4, error = ?5, clock_change = NULL
WHERE id = ?1
