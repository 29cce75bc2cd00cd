INSERT INTO archive_leases (tenant_id, holder, expires_at)
VALUES (?1, ?2, ?4)
ON CONFLICT (tenant_id) DO UPDATE SET holder = excluded.holder, expires_at = excluded.expires_at
WHERE archive_leases.expires_at <= ?3 OR archive_leases.holder = excluded.holder
RETURNING holder
