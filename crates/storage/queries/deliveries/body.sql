SELECT body FROM deliveries WHERE id = ?1
