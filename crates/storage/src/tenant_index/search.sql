SELECT texts.id AS id, -found.rank AS score
FROM (SELECT rowid, rank FROM words WHERE words MATCH ? AND rank MATCH 'bm25(1.0, 0.3)' ORDER BY rank LIMIT ?) AS found
JOIN texts ON texts.rowid = found.rowid
ORDER BY found.rank
