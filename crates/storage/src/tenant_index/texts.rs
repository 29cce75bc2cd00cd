//! The texts of an index and the words in them.

use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::{IndexError, Passage};
use ids::EventId;
use serde::Deserialize;
use worker::{SqlStorage, SqlStorageValue};

use super::storage;

const SCHEMA: &str = include_str!("schema.sql");
const SEARCH: &str = include_str!("search.sql");

/// `kind` of a passage and of a signal, as stored.
pub(super) const PASSAGE: &str = "passage";
pub(super) const SIGNAL: &str = "signal";

/// Words of a query that count; more of them only blur it.
const MAX_QUERY_WORDS: usize = 32;

/// Ids in one statement; the platform allows 100 parameters.
const IDS_A_STATEMENT: usize = 90;

pub(super) struct TextTable {
    sql: SqlStorage,
}

/// A text as stored.
#[derive(Debug, Deserialize)]
pub(super) struct TextRow {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) event_id: String,
    pub(super) account: Option<String>,
    pub(super) text: String,
}

#[derive(Deserialize)]
struct RowId {
    rowid: f64,
}

#[derive(Deserialize)]
struct Match {
    id: String,
    rank: f64,
}

pub(super) fn kind_name(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Passage => PASSAGE,
        HitKind::Signal => SIGNAL,
    }
}

impl TextTable {
    pub(super) fn open(sql: SqlStorage) -> Result<Self, IndexError> {
        sql.exec(SCHEMA, None).map_err(storage)?;
        Ok(Self { sql })
    }

    pub(super) fn put(&self, event_id: EventId, passage: &Passage) -> Result<(), IndexError> {
        let row: Vec<RowId> = self.read(
            "INSERT INTO texts (id, kind, event_id, account, text) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET account = excluded.account, text = excluded.text
             RETURNING rowid",
            vec![
                passage.id.as_str().into(),
                kind_name(passage.kind).into(),
                event_id.to_string().into(),
                passage.account.clone().into(),
                passage.text.as_str().into(),
            ],
        )?;
        let Some(row) = row.first() else { return Err(storage("an upsert gave no row")) };
        let rowid = SqlStorageValue::Integer(row.rowid as i64);
        self.read::<serde_json::Value>("DELETE FROM words WHERE rowid = ?", vec![rowid.clone()])?;
        let values = vec![rowid, passage.text.as_str().into()];
        self.read::<serde_json::Value>("INSERT INTO words (rowid, text) VALUES (?, ?)", values)?;
        Ok(())
    }

    /// Ids with their BM25 rank, best first.
    pub(super) fn search(
        &self,
        query: &str,
        kind: Option<HitKind>,
        limit: usize,
    ) -> Result<Vec<(String, f32)>, IndexError> {
        let expression = match_expression(query);
        if expression.is_empty() {
            return Ok(Vec::new());
        }
        let kind: SqlStorageValue = kind.map(kind_name).into();
        let values = vec![expression.into(), kind.clone(), kind, SqlStorageValue::Integer(limit as i64)];
        let matches: Vec<Match> = self.read(SEARCH, values)?;
        // SQLite's `bm25` is the smaller the better; the fusion goes by order.
        Ok(matches.into_iter().map(|found| (found.id, -found.rank as f32)).collect())
    }

    pub(super) fn rows(&self, ids: &[&str]) -> Result<Vec<TextRow>, IndexError> {
        let mut rows = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS_A_STATEMENT) {
            let marks = vec!["?"; chunk.len()].join(", ");
            let query = format!("SELECT id, kind, event_id, account, text FROM texts WHERE id IN ({marks})");
            rows.extend(self.read::<TextRow>(&query, chunk.iter().map(|id| (*id).into()).collect())?);
        }
        Ok(rows)
    }

    fn read<T: serde::de::DeserializeOwned>(
        &self,
        query: &str,
        values: Vec<SqlStorageValue>,
    ) -> Result<Vec<T>, IndexError> {
        self.sql.exec(query, values).and_then(|cursor| cursor.to_array()).map_err(storage)
    }
}

/// English words that say nothing of what a text is about. In a small index they are rare enough to outrank what does.
const STOP_WORDS: &str = " a about after again all also am an and any are as at be been before being but by can could \
    did do does doing done for from get got had has have he her here him his how i if in into is it its just me more \
    most my no not of on once only or other our out over own s same she should so some such t than that the their \
    them then there these they this those through to too up us very was we were what when where which while who whom \
    why will with would you your ";

/// An FTS5 expression that finds any of the query's words that carry meaning; all of them where none does. Each is
/// quoted, so none is taken for an operator.
fn match_expression(query: &str) -> String {
    let words: Vec<String> = query
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect();
    let telling: Vec<&String> =
        words.iter().filter(|word| !STOP_WORDS.contains(&format!(" {word} "))).collect();
    let chosen = if telling.is_empty() { words.iter().collect() } else { telling };
    let quoted: Vec<String> =
        chosen.into_iter().take(MAX_QUERY_WORDS).map(|word| format!("\"{word}\"")).collect();
    quoted.join(" OR ")
}

#[cfg(test)]
mod tests {
    use super::match_expression;

    #[test]
    fn a_query_cannot_be_taken_for_fts_syntax() {
        assert_eq!(match_expression("PAYING\" OR NEAR(late)*"), r#""paying" OR "near" OR "late""#);
        assert_eq!(match_expression(" -- "), "");
    }

    #[test]
    fn words_without_meaning_count_only_where_there_are_no_others() {
        assert_eq!(match_expression("Who approves the purchase?"), r#""approves" OR "purchase""#);
        assert_eq!(match_expression("who was that"), r#""who" OR "was" OR "that""#);
    }
}
