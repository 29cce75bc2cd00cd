//! The texts of an index: what is shown of a hit, and what it can be narrowed by.

use contracts::pipeline::tenant_index::{IndexError, Passage, UpsertPassages};
use contracts::pipeline::{HitKind, SearchFilter};
use mesh::durable::{Rows, Storage, Value};
use mesh::values;
use serde::Deserialize;

use app::pipeline::account_key;
use embedded::words::indexed;

use super::storage;

/// `kind` of a passage and of a signal, as stored.
pub(super) const PASSAGE: &str = "passage";
pub(super) const SIGNAL: &str = "signal";

/// Ids in one statement; the platform allows 100 parameters.
const IDS_A_STATEMENT: usize = 80;

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
    pub(super) source: Option<String>,
    pub(super) title: Option<String>,
    pub(super) occurred_ms: Option<u64>,
    pub(super) start: u32,
    pub(super) text: String,
}

pub(super) fn kind_name(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Passage => PASSAGE,
        HitKind::Signal => SIGNAL,
    }
}

/// The values that a statement compares `kind`, `account_key`, `source`, `occurred_ms` twice and `event_id` with.
pub(super) fn conditions(kind: Option<HitKind>, filter: &SearchFilter) -> [Value; 6] {
    [
        Value::from(kind.map(kind_name)),
        Value::from(filter.account.clone()),
        Value::from(filter.source.clone()),
        Value::from(filter.since.map(|time| time.unix_ms())),
        Value::from(filter.until.map(|time| time.unix_ms())),
        Value::from(filter.event_id.map(|event_id| event_id.to_string())),
    ]
}

impl TextTable {
    pub(super) fn new(storage: Storage) -> Self {
        Self { storage }
    }

    pub(super) fn put(&self, request: &UpsertPassages, passage: &Passage) -> Result<(), IndexError> {
        let account = passage.account.as_deref().map(account_key);
        let rows = self.exec(
            "INSERT INTO texts (id, kind, event_id, account, account_key, source, title, occurred_ms, start, text)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
             ON CONFLICT (id) DO UPDATE SET
                 kind = excluded.kind, event_id = excluded.event_id, account = excluded.account,
                 account_key = excluded.account_key, source = excluded.source, title = excluded.title,
                 occurred_ms = excluded.occurred_ms, start = excluded.start, text = excluded.text
             RETURNING rowid",
            &values![
                &passage.id,
                kind_name(passage.kind),
                request.event_id.to_string(),
                passage.account.clone(),
                account,
                request.source.clone(),
                request.title.clone(),
                request.occurred_at.map(|time| time.unix_ms()),
                passage.start,
                &passage.text,
            ],
        )?;
        let rowid: u64 = rows.one().map_err(storage)?;
        // Whose call it is and what it was called finds all of it.
        let about = [request.title.as_deref(), passage.account.as_deref()];
        let about = about.into_iter().flatten().collect::<Vec<_>>().join(" ");
        self.exec("DELETE FROM words WHERE rowid = ?", &values![rowid])?;
        self.exec(
            "INSERT INTO words (rowid, text, title) VALUES (?, ?, ?)",
            &values![rowid, indexed(&passage.text), indexed(&about)],
        )?;
        Ok(())
    }

    /// The texts of these ids that are there, in any order.
    pub(super) fn rows(&self, ids: &[&str]) -> Result<Vec<TextRow>, IndexError> {
        let mut rows = Vec::with_capacity(ids.len());
        for (marks, ids) in portions(ids) {
            let query = format!(
                "SELECT id, kind, event_id, account, source, title, occurred_ms, start, text
                 FROM texts WHERE id IN ({marks})"
            );
            rows.extend(self.exec(&query, &ids)?.typed::<TextRow>().map_err(storage)?);
        }
        Ok(rows)
    }

    /// Which of these texts are there and fit: what an index of vectors says may be behind, or compared by hashes.
    /// `with` and `without` are expressions that the words must and must not match.
    pub(super) fn fitting(
        &self,
        ids: &[&str],
        kind: Option<HitKind>,
        filter: &SearchFilter,
        with: Option<&str>,
        without: Option<&str>,
    ) -> Result<Vec<String>, IndexError> {
        let mut fitting = Vec::with_capacity(ids.len());
        for (marks, ids) in portions(ids) {
            let mut query = format!(
                "SELECT id FROM texts WHERE id IN ({marks})
                   AND (?1 IS NULL OR kind = ?1) AND (?2 IS NULL OR account_key = ?2)
                   AND (?3 IS NULL OR source = ?3) AND (?4 IS NULL OR occurred_ms >= ?4)
                   AND (?5 IS NULL OR occurred_ms <= ?5) AND (?6 IS NULL OR event_id = ?6)",
                marks = numbered(marks.split(',').count(), 7)
            );
            let mut values: Vec<Value> = conditions(kind, filter).into_iter().chain(ids).collect();
            for (clause, expression) in [("IN", with), ("NOT IN", without)] {
                if let Some(expression) = expression {
                    values.push(Value::from(expression));
                    let position = values.len();
                    query.push_str(&format!(
                        " AND rowid {clause} (SELECT rowid FROM words WHERE words MATCH ?{position})"
                    ));
                }
            }
            fitting.extend(self.exec(&query, &values)?.typed::<String>().map_err(storage)?);
        }
        Ok(fitting)
    }

    /// Row numbers and ids of some texts: those of an event, or any.
    pub(super) fn some(&self, event_id: Option<&str>, limit: u32) -> Result<Vec<(u64, String)>, IndexError> {
        let rows = match event_id {
            Some(event_id) => self.exec(
                "SELECT rowid, id FROM texts WHERE event_id = ? ORDER BY rowid LIMIT ?",
                &values![event_id, limit],
            ),
            None => self.exec("SELECT rowid, id FROM texts ORDER BY rowid LIMIT ?", &values![limit]),
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

    pub(super) fn exec(&self, query: &str, values: &[Value]) -> Result<Rows, IndexError> {
        self.storage.exec(query, values).map_err(storage)
    }
}

/// Ids in portions that one statement takes, each with its placeholders.
fn portions<'a>(ids: &'a [&str]) -> impl Iterator<Item = (String, Vec<Value>)> + 'a {
    ids.chunks(IDS_A_STATEMENT)
        .map(|chunk| (vec!["?"; chunk.len()].join(", "), chunk.iter().map(|id| Value::from(*id)).collect()))
}

/// So many placeholders from `?from` on.
fn numbered(count: usize, from: usize) -> String {
    (from..from + count).map(|position| format!("?{position}")).collect::<Vec<_>>().join(", ")
}
