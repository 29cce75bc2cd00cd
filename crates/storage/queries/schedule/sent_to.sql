SELECT part FROM placements WHERE key = ?1
