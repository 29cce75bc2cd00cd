-- JSON: what a run did besides sending an event.
ALTER TABLE runs ADD COLUMN done TEXT;
