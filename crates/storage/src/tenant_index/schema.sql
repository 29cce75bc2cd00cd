CREATE TABLE IF NOT EXISTS texts (
    rowid    INTEGER PRIMARY KEY,
    id       TEXT NOT NULL UNIQUE,
    kind     TEXT NOT NULL CHECK (kind IN ('passage', 'signal')),
    event_id TEXT NOT NULL,
    account  TEXT,
    text     TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS texts_by_event ON texts (event_id);
CREATE VIRTUAL TABLE IF NOT EXISTS words USING fts5 (text, tokenize = 'porter unicode61 remove_diacritics 2');
CREATE TABLE IF NOT EXISTS slabs (
    kind   TEXT NOT NULL,
    number INTEGER NOT NULL,
    bytes  BLOB NOT NULL,
    PRIMARY KEY (kind, number)
) STRICT;
