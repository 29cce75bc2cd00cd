DELETE FROM alerts WHERE key = ?1
