-- The queue of one subscription. Times are Unix milliseconds.

-- The subscription: one row, from the first call on. `phase` is closed for good once it is deleted.
CREATE TABLE endpoint (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    tenant TEXT NOT NULL,
    subscription_id TEXT NOT NULL,
    url TEXT NOT NULL,
    ordered_by TEXT CHECK (ordered_by IN ('account', 'event')),
    phase TEXT NOT NULL CHECK (phase IN ('active', 'disabled', 'closed')),
    disabled_reason TEXT,
    failures INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    open_until INTEGER,
    failing_since INTEGER,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_secret_until INTEGER,
    unreported INTEGER NOT NULL CHECK (unreported IN (0, 1)),
    CHECK ((phase = 'disabled') = (disabled_reason IS NOT NULL)),
    CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
) STRICT;

-- `seq` is the order in which messages came. `due_at` is there while something is still to happen: the next attempt of
-- a pending one, and of one under way the time at which it counts as lost.
CREATE TABLE deliveries (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    event_id TEXT,
    order_key TEXT,
    traceparent TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('pending', 'delivering', 'delivered', 'failed', 'abandoned')),
    attempts INTEGER NOT NULL,
    round INTEGER NOT NULL,
    due_at INTEGER,
    settled_at INTEGER,
    last_status INTEGER,
    last_error TEXT,
    CHECK ((due_at IS NULL) = (settled_at IS NOT NULL)),
    CHECK ((settled_at IS NULL) = (status IN ('pending', 'delivering')))
) STRICT;

CREATE INDEX deliveries_due ON deliveries (due_at, seq) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_in_order ON deliveries (order_key, seq) WHERE due_at IS NOT NULL AND order_key IS NOT NULL;
CREATE INDEX deliveries_settled ON deliveries (settled_at, seq) WHERE settled_at IS NOT NULL;
CREATE INDEX deliveries_by_status ON deliveries (status, id);

CREATE TABLE attempts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    delivery_id TEXT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    started_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    status INTEGER,
    error TEXT,
    excerpt TEXT
) STRICT;

CREATE INDEX attempts_of ON attempts (delivery_id, seq);
