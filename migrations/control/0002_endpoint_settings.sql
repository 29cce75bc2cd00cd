-- Endpoints that tenants make themselves: what they say beyond a secret, and how long a secret before the present one
-- is still good. The columns are null for endpoints made before.

-- JSON, as `signing::Settings` writes it; null for none.
ALTER TABLE endpoints ADD COLUMN settings TEXT;
-- Until when `previous_secret` is accepted; null for until the next rotation.
ALTER TABLE endpoints ADD COLUMN previous_valid_until INTEGER;
ALTER TABLE endpoints ADD COLUMN rotated_at INTEGER;
-- The client's own name of the request that made the endpoint, and a hash of what it asked for.
ALTER TABLE endpoints ADD COLUMN request_key TEXT;
ALTER TABLE endpoints ADD COLUMN request_hash TEXT;
-- The same of the last rotation.
ALTER TABLE endpoints ADD COLUMN rotation_key TEXT;
ALTER TABLE endpoints ADD COLUMN rotation_hash TEXT;

CREATE UNIQUE INDEX endpoints_by_request ON endpoints (tenant_id, request_key) WHERE request_key IS NOT NULL;
