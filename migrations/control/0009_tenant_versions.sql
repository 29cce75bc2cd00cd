-- A tenant's settings have a version that counts their changes: who changes them says which one was shown. And who
-- makes a tenant may name the request, to make it once.
ALTER TABLE tenants ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
ALTER TABLE tenants ADD COLUMN request_key TEXT;
ALTER TABLE tenants ADD COLUMN request_hash TEXT;

CREATE UNIQUE INDEX tenants_by_request ON tenants (request_key) WHERE request_key IS NOT NULL;
