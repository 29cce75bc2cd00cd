SELECT texts.id AS id, bm25(words) AS rank
FROM words
JOIN texts ON texts.rowid = words.rowid
WHERE words MATCH ? AND (? IS NULL OR texts.kind = ?)
ORDER BY rank
LIMIT ?
