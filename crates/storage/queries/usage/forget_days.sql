DELETE FROM usage_days WHERE period < ?1
