//! The texts of an index and the words in them.

use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::{IndexError, Passage};
use ids::EventId;
use mesh::durable::{Rows, Storage, Value};
use mesh::values;
use serde::Deserialize;

use super::storage;

const SEARCH: &str = include_str!("search.sql");

/// `kind` of a passage and of a signal, as stored.
pub(super) const PASSAGE: &str = "passage";
pub(super) const SIGNAL: &str = "signal";

/// Words of a query that count; more of them only blur it.
const MAX_QUERY_WORDS: usize = 32;

/// Ids in one statement; the platform allows 100 parameters.
const IDS_A_STATEMENT: usize = 90;

pub(super) struct TextTable {
    storage: Storage,
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
    pub(super) fn new(storage: Storage) -> Self {
        Self { storage }
    }

    pub(super) fn put(&self, event_id: EventId, passage: &Passage) -> Result<(), IndexError> {
        let rows = self.exec(
            "INSERT INTO texts (id, kind, event_id, account, text) VALUES (?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET account = excluded.account, text = excluded.text
             RETURNING rowid",
            &values![
                &passage.id,
                kind_name(passage.kind),
                event_id.to_string(),
                passage.account.clone(),
                &passage.text,
            ],
        )?;
        let rowid: u64 = rows.one().map_err(storage)?;
        self.exec("DELETE FROM words WHERE rowid = ?", &values![rowid])?;
        self.exec("INSERT INTO words (rowid, text) VALUES (?, ?)", &values![rowid, &passage.text])?;
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
        let kind = Value::from(kind.map(kind_name));
        let rows = self.exec(SEARCH, &values![expression, kind.clone(), kind, limit])?;
        let matches: Vec<Match> = rows.typed().map_err(storage)?;
        // SQLite's `bm25` is the smaller the better; the fusion goes by order.
        Ok(matches.into_iter().map(|found| (found.id, -found.rank as f32)).collect())
    }

    pub(super) fn rows(&self, ids: &[&str]) -> Result<Vec<TextRow>, IndexError> {
        let mut rows = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(IDS_A_STATEMENT) {
            let marks = vec!["?"; chunk.len()].join(", ");
            let query = format!("SELECT id, kind, event_id, account, text FROM texts WHERE id IN ({marks})");
            let ids: Vec<Value> = chunk.iter().map(|id| Value::from(*id)).collect();
            rows.extend(self.exec(&query, &ids)?.typed::<TextRow>().map_err(storage)?);
        }
        Ok(rows)
    }

    /// Row numbers, ids and kinds of some texts: those of an event, or any.
    pub(super) fn some(
        &self,
        event_id: Option<&str>,
        limit: u32,
    ) -> Result<Vec<(u64, String, String)>, IndexError> {
        let rows = match event_id {
            Some(event_id) => self.exec(
                "SELECT rowid, id, kind FROM texts WHERE event_id = ? ORDER BY rowid LIMIT ?",
                &values![event_id, limit],
            ),
            None => self.exec("SELECT rowid, id, kind FROM texts ORDER BY rowid LIMIT ?", &values![limit]),
        };
        rows?.typed().map_err(storage)
    }

    pub(super) fn remove(&self, rowid: u64) -> Result<(), IndexError> {
        self.exec("DELETE FROM words WHERE rowid = ?", &values![rowid])?;
        self.exec("DELETE FROM texts WHERE rowid = ?", &values![rowid]).map(drop)
    }

    /// How many texts there are of an event, or altogether.
    pub(super) fn count(&self, event_id: Option<&str>) -> Result<u32, IndexError> {
        let rows = match event_id {
            Some(event_id) => self.exec("SELECT count(*) FROM texts WHERE event_id = ?", &values![event_id]),
            None => self.exec("SELECT count(*) FROM texts", &[]),
        };
        rows?.one().map_err(storage)
    }

    fn exec(&self, query: &str, values: &[Value]) -> Result<Rows, IndexError> {
        self.storage.exec(query, values).map_err(storage)
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
