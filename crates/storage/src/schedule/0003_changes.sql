-- A job changes, and what it did before stays as it was.

-- Counts the changes.
ALTER TABLE jobs ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
-- Times, the second not included, of which the ledger does not tell any more what became of them: the schedule was
-- another, or their records were dropped.
ALTER TABLE jobs ADD COLUMN forgotten_from INTEGER;
ALTER TABLE jobs ADD COLUMN forgotten_until INTEGER;
-- JSON: what a run that is not over does, where its job was given another task since.
ALTER TABLE runs ADD COLUMN task TEXT;
