-- A tenant's schedule may be in several objects, and each has an alarm to look after.

CREATE TABLE schedule_objects (
    tenant_id TEXT NOT NULL,
    part INTEGER NOT NULL CHECK (part >= 0),
    entered_at INTEGER NOT NULL,
    attend_at INTEGER NOT NULL,
    repairs INTEGER NOT NULL DEFAULT 0,
    repaired_at INTEGER,
    repair TEXT CHECK (repair IN ('lost', 'late', 'overdue')),
    PRIMARY KEY (tenant_id, part),
    CHECK ((repaired_at IS NULL) = (repair IS NULL))
) STRICT;

CREATE INDEX schedule_objects_by_attention ON schedule_objects (attend_at, tenant_id, part);

INSERT INTO schedule_objects (tenant_id, part, entered_at, attend_at, repairs, repaired_at, repair)
SELECT tenant_id, 0, entered_at, attend_at, repairs, repaired_at, repair FROM schedules;

-- While code serves that knows `schedules` only.
CREATE TRIGGER schedule_entered AFTER INSERT ON schedules
BEGIN
    INSERT INTO schedule_objects (tenant_id, part, entered_at, attend_at)
    VALUES (NEW.tenant_id, 0, NEW.entered_at, NEW.attend_at) ON CONFLICT DO NOTHING;
END;
