-- Calls that a cache answered, and what those would have taken, on their way to usage.
ALTER TABLE unreported ADD COLUMN hits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE unreported ADD COLUMN saved_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE unreported ADD COLUMN saved_nanos INTEGER NOT NULL DEFAULT 0;
