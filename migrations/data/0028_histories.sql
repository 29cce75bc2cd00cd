-- Providers' lists of past calls. Times are Unix milliseconds (UTC).

CREATE TABLE histories (
    tenant_id   TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    source      TEXT NOT NULL, -- the endpoint's
    provider    TEXT NOT NULL,
    description TEXT, -- JSON; of `custom`
    base_url    TEXT NOT NULL,
    sealed      TEXT NOT NULL, -- credentials, encrypted with a key that is in no database
    from_at     INTEGER NOT NULL,
    walk        TEXT NOT NULL, -- JSON: from when, and at which page
    recalled    TEXT, -- the last event of the endpoint that was looked through for calls
    run_id      TEXT, -- who walks, or walked last
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id)
) STRICT, WITHOUT ROWID;

-- Calls that are known, by the provider's id. A row outlives its event: what was erased is not fetched again.
CREATE TABLE history_items (
    tenant_id   TEXT NOT NULL,
    endpoint_id TEXT NOT NULL,
    item_id     TEXT NOT NULL,
    event_id    TEXT,
    sha256      TEXT, -- of the call as the list showed it; none of one that came by webhook
    run_id      TEXT NOT NULL,
    page        INTEGER NOT NULL,
    seen_at     INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, endpoint_id, item_id)
) STRICT, WITHOUT ROWID;
