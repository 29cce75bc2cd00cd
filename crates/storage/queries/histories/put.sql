-- Another list, or another beginning, is another walk: a run that walks the one before finds itself replaced.
INSERT INTO histories (
    tenant_id, endpoint_id, source, provider, description, base_url, sealed, from_at, walk, created_at, updated_at
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
ON CONFLICT (tenant_id, endpoint_id) DO UPDATE SET
    walk = CASE
        WHEN provider = excluded.provider AND description IS excluded.description AND base_url = excluded.base_url
            AND from_at = excluded.from_at
        THEN walk
        ELSE excluded.walk
    END,
    recalled = CASE
        WHEN provider = excluded.provider AND description IS excluded.description AND from_at = excluded.from_at
        THEN recalled
    END,
    run_id = CASE
        WHEN provider = excluded.provider AND description IS excluded.description AND base_url = excluded.base_url
            AND from_at = excluded.from_at
        THEN run_id
    END,
    source = excluded.source,
    provider = excluded.provider,
    description = excluded.description,
    base_url = excluded.base_url,
    sealed = excluded.sealed,
    from_at = excluded.from_at,
    updated_at = excluded.updated_at
