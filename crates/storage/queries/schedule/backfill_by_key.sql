SELECT * FROM backfills WHERE request_key = ?1
