-- Which tenants have a schedule. Times are Unix milliseconds.

-- `attend_at` is when the watchdog looks after it next; `repair` says how its alarm was when it last had to be set again.
CREATE TABLE schedules (
    tenant_id TEXT PRIMARY KEY,
    entered_at INTEGER NOT NULL,
    attend_at INTEGER NOT NULL,
    repairs INTEGER NOT NULL DEFAULT 0,
    repaired_at INTEGER,
    repair TEXT CHECK (repair IN ('lost', 'late', 'overdue')),
    CHECK ((repaired_at IS NULL) = (repair IS NULL))
) STRICT;

CREATE INDEX schedules_by_attention ON schedules (attend_at, tenant_id);
