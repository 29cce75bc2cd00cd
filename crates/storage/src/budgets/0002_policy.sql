-- What the tenant may ask of models, as JSON, and who set it.
CREATE TABLE policy (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    version    INTEGER NOT NULL,
    updated_by TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    policy     TEXT NOT NULL
) STRICT;
