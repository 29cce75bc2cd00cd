DELETE FROM usage_hours WHERE period < ?1
