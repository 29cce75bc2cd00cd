-- Calls of models that a cache answered, and what those would have taken. The code before this names the columns that it
-- writes, so these keep their default there.
ALTER TABLE usage_hours ADD COLUMN cache_hits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hours ADD COLUMN saved_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_hours ADD COLUMN saved_nanos INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN cache_hits INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN saved_tokens INTEGER NOT NULL DEFAULT 0;
ALTER TABLE usage_days ADD COLUMN saved_nanos INTEGER NOT NULL DEFAULT 0;
