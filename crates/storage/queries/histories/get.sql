SELECT endpoint_id, source, provider, description, base_url, sealed, from_at, walk, recalled, run_id, created_at, updated_at
FROM histories
WHERE tenant_id = ?1 AND endpoint_id = ?2
