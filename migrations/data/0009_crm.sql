-- Changes in CRMs: which workflow works an event off, and what CRMs told of accounts and contacts. Times are Unix
-- milliseconds (UTC); those of records are the CRM's own.

ALTER TABLE events ADD COLUMN workflow TEXT NOT NULL DEFAULT 'call_ingest';

CREATE TABLE crm_records (
    tenant_id    TEXT NOT NULL,
    id           TEXT NOT NULL, -- follows from the four that come next
    entity       TEXT NOT NULL CHECK (entity IN ('account', 'contact')),
    source       TEXT NOT NULL,
    organization TEXT NOT NULL, -- the account with the source, where its ids are unique only within one
    record_id    TEXT NOT NULL, -- the source's own id
    first_at     INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, entity, id)
) STRICT, WITHOUT ROWID;

-- All that was ever set, each once: a field's value is the one with the greatest stamp, its history all of them. So it
-- does not matter in which order, and how often, changes come.
CREATE TABLE crm_settings (
    tenant_id TEXT NOT NULL,
    record    TEXT NOT NULL, -- crm_records.id
    field     TEXT NOT NULL, -- empty for what happened to the record as a whole
    stamp     TEXT NOT NULL, -- sorts as the CRM's own order
    value     TEXT NOT NULL, -- JSON; empty where the field was emptied
    at        INTEGER NOT NULL,
    event_id  TEXT NOT NULL,
    PRIMARY KEY (tenant_id, record, field, stamp, value)
) STRICT, WITHOUT ROWID;
CREATE INDEX crm_settings_by_time ON crm_settings (tenant_id, record, stamp);
