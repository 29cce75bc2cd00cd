-- What a tenant may ask for: its plan, and its own numbers beside it as JSON; the origins whose pages may use the API
-- in a browser; and what one key may ask for and when it was last seen.
ALTER TABLE tenants ADD COLUMN plan TEXT NOT NULL DEFAULT 'standard' CHECK (plan IN ('trial', 'standard', 'scale'));
ALTER TABLE tenants ADD COLUMN limits TEXT;
ALTER TABLE tenants ADD COLUMN allowed_origins TEXT NOT NULL DEFAULT '[]'; -- JSON array of origins
ALTER TABLE api_keys ADD COLUMN limits TEXT;
ALTER TABLE api_keys ADD COLUMN last_used_at INTEGER;
