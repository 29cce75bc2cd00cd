-- The analysts' archive, retention and erasure.
-- Of the archive: which event's row is in which file, and which files make up a day.
-- An event without a file waits for the export.
ALTER TABLE events ADD COLUMN archive_file TEXT;
CREATE INDEX events_to_archive ON events (received_at, tenant_id) WHERE archive_file IS NULL;
CREATE INDEX events_to_archive_of ON events (tenant_id, received_at) WHERE archive_file IS NULL;
CREATE INDEX events_by_age ON events (tenant_id, received_at);
CREATE INDEX events_by_object ON events (tenant_id, object_key);

-- Every file is known here before it is written. `generation` says that it took its place in its day's manifest.
CREATE TABLE archive_files (
    key             TEXT PRIMARY KEY,
    tenant_id       TEXT NOT NULL,
    day             TEXT NOT NULL, -- of acceptance, UTC, such as 2026-11-22
    state           TEXT NOT NULL CHECK (state IN ('writing', 'live', 'superseded')),
    event_ids       TEXT, -- JSON, of an export that is being written; none of a merge
    generation      INTEGER,
    rows            INTEGER,
    bytes           INTEGER,
    sha256          TEXT,
    min_received_at INTEGER,
    max_received_at INTEGER,
    min_event_id    TEXT,
    max_event_id    TEXT,
    created_at      INTEGER NOT NULL,
    superseded_at   INTEGER
) STRICT;
CREATE INDEX archive_files_by_day ON archive_files (tenant_id, day, state);
CREATE INDEX archive_files_writing ON archive_files (tenant_id) WHERE state = 'writing';
CREATE INDEX archive_files_superseded ON archive_files (superseded_at) WHERE state = 'superseded';

-- `generation` counts the changes of a day's files, `published` is the last that its manifest shows, `compacted` the
-- last after which its files were merged as far as they can be.
CREATE TABLE archive_days (
    tenant_id  TEXT NOT NULL,
    day        TEXT NOT NULL,
    generation INTEGER NOT NULL,
    published  INTEGER NOT NULL,
    compacted  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, day)
) STRICT;
CREATE INDEX archive_days_unpublished ON archive_days (tenant_id, day) WHERE published < generation;
CREATE INDEX archive_days_changed ON archive_days (day) WHERE compacted < generation;

-- One writer of a tenant's files at a time.
CREATE TABLE archive_leases (
    tenant_id  TEXT PRIMARY KEY,
    holder     TEXT NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

-- How long a tenant keeps its events; without a row, as long as the code says.
CREATE TABLE retention_settings (
    tenant_id   TEXT PRIMARY KEY,
    events_days INTEGER NOT NULL CHECK (events_days BETWEEN 1 AND 3650),
    updated_by  TEXT NOT NULL,
    updated_at  INTEGER NOT NULL
) STRICT;

-- Erasures and their certificates, which outlive what they are about. They hold nothing of it but hashes: `selector`,
-- what a contact is recognized by, goes when the certificate is written.
CREATE TABLE erasures (
    id                 TEXT PRIMARY KEY,
    tenant_id          TEXT NOT NULL,
    request_key        TEXT NOT NULL, -- what makes a repeated request recognizable
    scope              TEXT NOT NULL CHECK (scope IN ('tenant', 'contact')),
    selector           TEXT, -- JSON
    selector_sha256    TEXT NOT NULL,
    requested_by       TEXT NOT NULL,
    reason             TEXT NOT NULL,
    requested_at       INTEGER NOT NULL,
    traceparent        TEXT NOT NULL,
    status             TEXT NOT NULL CHECK (status IN ('running', 'done', 'failed')),
    error              TEXT,
    completed_at       INTEGER,
    certificate        TEXT, -- JSON, byte for byte what the hash is of
    certificate_sha256 TEXT,
    UNIQUE (tenant_id, request_key)
) STRICT;
CREATE INDEX erasures_by_tenant ON erasures (tenant_id, id);
CREATE INDEX erasures_running ON erasures (id) WHERE status = 'running';

-- What an erasure found and how far it is; gone when the certificate is written.
CREATE TABLE erasure_events (
    erasure_id TEXT NOT NULL REFERENCES erasures (id),
    tenant_id  TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    object_key TEXT NOT NULL,
    day        TEXT NOT NULL,
    archived   INTEGER NOT NULL,
    stage      TEXT NOT NULL CHECK (stage IN ('found', 'done')),
    PRIMARY KEY (erasure_id, event_id)
) STRICT;
CREATE INDEX erasure_events_by_stage ON erasure_events (erasure_id, stage, event_id);
CREATE INDEX erasure_events_by_day ON erasure_events (erasure_id, day, event_id);

-- How many rows of which table went, counted in the transaction that removed them.
CREATE TABLE erasure_counts (
    erasure_id TEXT NOT NULL REFERENCES erasures (id),
    tenant_id  TEXT NOT NULL,
    name       TEXT NOT NULL,
    count      INTEGER NOT NULL,
    PRIMARY KEY (erasure_id, name)
) STRICT;

-- Up to which key a tenant's raw objects were looked through for those that no event has.
CREATE TABLE raw_sweeps (
    tenant_id TEXT PRIMARY KEY,
    after_key TEXT NOT NULL
) STRICT;
