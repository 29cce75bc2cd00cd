UPDATE redrives SET leased_until = ?2 WHERE id = ?1
