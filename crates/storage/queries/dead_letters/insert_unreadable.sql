-- Of no tenant and no event: the message does not say.
INSERT INTO dead_letters (id, cause, errors, attempts, message, dead_at, expires_at, fingerprint, pattern)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT DO NOTHING
