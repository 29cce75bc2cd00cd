-- Whether the tenant is in the registry of schedules, by which the watchdog finds this object.
ALTER TABLE owner ADD COLUMN entered INTEGER NOT NULL DEFAULT 0 CHECK (entered IN (0, 1));
