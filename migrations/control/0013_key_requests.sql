-- Who issues a key may name the request, so that a request which is sent again issues no other one.
ALTER TABLE api_keys ADD COLUMN request_key TEXT;
ALTER TABLE api_keys ADD COLUMN request_hash TEXT;

CREATE UNIQUE INDEX api_keys_by_request ON api_keys (tenant_id, request_key) WHERE request_key IS NOT NULL;
