DELETE FROM placements WHERE placed_at < ?1
