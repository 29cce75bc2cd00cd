SELECT texts.id AS id, -bm25(words, 1.0, 0.3) AS score
FROM words
JOIN texts ON texts.rowid = words.rowid
WHERE words MATCH ?1
  AND (?2 IS NULL OR texts.kind = ?2)
  AND (?3 IS NULL OR texts.account_key = ?3)
  AND (?4 IS NULL OR texts.source = ?4)
  AND (?5 IS NULL OR texts.occurred_ms >= ?5)
  AND (?6 IS NULL OR texts.occurred_ms <= ?6)
  AND (?7 IS NULL OR texts.event_id = ?7)
ORDER BY score DESC
LIMIT ?8
