DELETE FROM usage_all_hours WHERE period < ?1
