DELETE FROM usage_all_days WHERE period < ?1
