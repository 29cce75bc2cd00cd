INSERT INTO heartbeats (service, version, contract, seen_at)
VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (service) DO UPDATE SET
    version = excluded.version,
    contract = excluded.contract,
    seen_at = excluded.seen_at
WHERE excluded.seen_at >= seen_at
