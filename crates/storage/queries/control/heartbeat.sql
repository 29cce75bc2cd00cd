SELECT service, version, contract, seen_at FROM heartbeats WHERE service = ?1
