-- What a hit can be narrowed by and shown with.
ALTER TABLE texts ADD COLUMN account_key TEXT;
ALTER TABLE texts ADD COLUMN source TEXT;
ALTER TABLE texts ADD COLUMN title TEXT;
ALTER TABLE texts ADD COLUMN occurred_ms INTEGER;
ALTER TABLE texts ADD COLUMN start INTEGER NOT NULL DEFAULT 0;
-- The words come as terms that are folded already: the tokenizer only splits at spaces. `texts` has the text itself.
DROP TABLE words;
CREATE VIRTUAL TABLE words USING fts5 (
    text,
    title,
    content = '',
    contentless_delete = 1,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co Mn Mc'"
);
CREATE VIRTUAL TABLE vocabulary USING fts5vocab (words, 'row');
-- Where each vector lies.
CREATE TABLE vectors (
    key      BLOB PRIMARY KEY,
    event_id TEXT NOT NULL,
    slab     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX vectors_by_event ON vectors (event_id);
CREATE TABLE vector_slabs (
    number INTEGER PRIMARY KEY,
    rows   INTEGER NOT NULL,
    bytes  BLOB NOT NULL
) STRICT;
