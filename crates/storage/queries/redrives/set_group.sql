UPDATE dead_letters
SET fingerprint = (SELECT value ->> 'fingerprint' FROM json_each(?1) WHERE value ->> 'id' = dead_letters.id),
    pattern = (SELECT value ->> 'pattern' FROM json_each(?1) WHERE value ->> 'id' = dead_letters.id)
WHERE id IN (SELECT value ->> 'id' FROM json_each(?1)) AND fingerprint IS NULL
