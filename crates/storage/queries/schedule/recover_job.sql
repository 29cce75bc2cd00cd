UPDATE jobs SET failing_since = NULL WHERE id = ?1
