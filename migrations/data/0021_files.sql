-- Tenants' files. The bytes are in the archive's bucket, under the tenant and the file's id.
CREATE TABLE files (
    id TEXT PRIMARY KEY,
    tenant_id TEXT NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    -- `storing`: its bytes come in one piece; `uploading`: in parts; `deleted`: its bytes are being removed.
    status TEXT NOT NULL CHECK (status IN ('storing', 'uploading', 'ready', 'deleted')),
    -- Until it is ready, the room that is reserved for it.
    size_bytes INTEGER NOT NULL,
    sha256 TEXT,
    -- Where the bytes are, once they are there.
    object_key TEXT,
    etag TEXT,
    -- The store's own name of an upload in parts.
    upload_id TEXT,
    idempotency_key TEXT,
    request_hash TEXT,
    created_at INTEGER NOT NULL,
    -- When what is not ready is given up.
    expires_at INTEGER
) STRICT;

CREATE INDEX files_by_tenant ON files (tenant_id, id) WHERE status = 'ready';
CREATE INDEX files_of_tenant ON files (tenant_id);
CREATE UNIQUE INDEX files_by_key ON files (tenant_id, idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX files_unfinished ON files (expires_at) WHERE expires_at IS NOT NULL;

-- Parts of uploads that are not complete.
CREATE TABLE file_parts (
    file_id TEXT NOT NULL,
    tenant_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    size_bytes INTEGER NOT NULL,
    etag TEXT NOT NULL,
    PRIMARY KEY (tenant_id, file_id, number)
) STRICT, WITHOUT ROWID;

-- How much room a tenant's files take, kept by the triggers below, so that nobody has to add up.
CREATE TABLE file_totals (
    tenant_id TEXT PRIMARY KEY,
    files INTEGER NOT NULL,
    bytes INTEGER NOT NULL
) STRICT;

CREATE TRIGGER files_added AFTER INSERT ON files BEGIN
    INSERT INTO file_totals (tenant_id, files, bytes) VALUES (NEW.tenant_id, 1, NEW.size_bytes)
    ON CONFLICT (tenant_id) DO UPDATE SET files = files + 1, bytes = bytes + excluded.bytes;
END;

CREATE TRIGGER files_resized AFTER UPDATE OF size_bytes ON files BEGIN
    UPDATE file_totals SET bytes = bytes + NEW.size_bytes - OLD.size_bytes WHERE tenant_id = NEW.tenant_id;
END;

CREATE TRIGGER files_removed AFTER DELETE ON files BEGIN
    UPDATE file_totals SET files = files - 1, bytes = bytes - OLD.size_bytes WHERE tenant_id = OLD.tenant_id;
END;
