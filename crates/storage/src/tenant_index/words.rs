//! Full-text search over the texts of an index: FTS5, ranked by BM25.

use std::cell::Cell;

use contracts::pipeline::tenant_index::IndexError;
use contracts::pipeline::{HitKind, SearchFilter};
use embedded::words::{Clause, QueryTerm, WordQuery};
use mesh::durable::Value;
use mesh::values;
use serde::Deserialize;

use super::storage;
use super::texts::{TextTable, conditions};

const SEARCH: &str = include_str!("search.sql");
const SEARCH_NARROWED: &str = include_str!("search_narrowed.sql");

/// The most that a term adds to a BM25 score, as a multiple of its rarity: FTS5's `k1` of 1.2, and one.
const SATURATION: f64 = 2.2;

/// From so many texts on, terms that more than a fifth of them have are left out where two rarer ones are there: they
/// would cost a visit to each such text and move it up hardly at all.
const LARGE: u64 = 10_000;

/// What full-text search found: ids with scores, best first, and what a text with all terms would score.
pub(super) struct Lexical {
    pub(super) found: Vec<(String, f32)>,
    pub(super) most: f64,
}

/// A query in FTS5's words.
pub(super) struct Expressions {
    terms: Vec<QueryTerm>,
    /// What must match, apart from the terms; none where everything may.
    pub(super) with: Option<String>,
    /// What must not match.
    pub(super) without: Option<String>,
}

#[derive(Deserialize)]
struct Match {
    id: String,
    score: f64,
}

impl Expressions {
    pub(super) fn of(query: &WordQuery) -> Self {
        let any = |clauses: &[Clause], between: &str| {
            let phrases: Vec<String> = clauses.iter().map(|clause| phrase(clause)).collect();
            (!phrases.is_empty()).then(|| phrases.join(between))
        };
        Self {
            terms: query.terms.clone(),
            with: any(&query.required, " AND "),
            without: any(&query.excluded, " OR "),
        }
    }

    /// All of it in one expression, for these terms; none where no word is to be looked for.
    fn whole(&self, terms: &[QueryTerm]) -> Option<String> {
        let any: Vec<String> = terms.iter().map(|term| phrase(std::slice::from_ref(term))).collect();
        let any = (!any.is_empty()).then(|| format!("({})", any.join(" OR ")));
        let wanted = [any, self.with.as_ref().map(|with| format!("({with})"))];
        let wanted = wanted.into_iter().flatten().collect::<Vec<_>>().join(" AND ");
        match (&self.without, wanted.is_empty()) {
            (_, true) => None,
            (None, false) => Some(wanted),
            (Some(without), false) => Some(format!("({wanted}) NOT ({without})")),
        }
    }
}

/// Terms have letters, digits and marks only, so quotes hold them.
fn phrase(terms: &[QueryTerm]) -> String {
    let texts: Vec<&str> = terms.iter().map(|term| term.text.as_str()).collect();
    let prefix = if terms.last().is_some_and(|term| term.is_prefix) { " *" } else { "" };
    format!("\"{}\"{prefix}", texts.join(" "))
}

/// Searches, and remembers how many texts there are.
#[derive(Default)]
pub(super) struct Words {
    texts: Cell<Option<u64>>,
}

impl Words {
    /// Says that texts were added or removed.
    pub(super) fn changed(&self) {
        self.texts.set(None);
    }

    /// The best matches by words.
    pub(super) fn search(
        &self,
        table: &TextTable,
        query: &Expressions,
        kind: Option<HitKind>,
        filter: &SearchFilter,
        limit: usize,
    ) -> Result<Lexical, IndexError> {
        let (terms, most) = self.weighed(table, &query.terms)?;
        let Some(expression) = query.whole(&terms) else {
            return Ok(Lexical { found: Vec::new(), most });
        };
        let narrowed = kind.is_some() || *filter != SearchFilter::default();
        let rows = if narrowed {
            let values: Vec<Value> = std::iter::once(Value::from(expression))
                .chain(conditions(kind, filter))
                .chain(values![limit])
                .collect();
            table.exec(SEARCH_NARROWED, &values)?
        } else {
            table.exec(SEARCH, &values![expression, limit])?
        };
        let found: Vec<Match> = rows.typed().map_err(storage)?;
        Ok(Lexical { found: found.into_iter().map(|found| (found.id, found.score as f32)).collect(), most })
    }

    /// The terms worth looking for, and what a text with all of the query's would score.
    fn weighed(&self, table: &TextTable, terms: &[QueryTerm]) -> Result<(Vec<QueryTerm>, f64), IndexError> {
        let texts = match self.texts.get() {
            Some(texts) => texts,
            None => u64::from(table.count(None)?),
        };
        self.texts.set(Some(texts));
        let mut weighed = Vec::with_capacity(terms.len());
        let mut most = 0.0;
        for term in terms {
            let sql = if term.is_prefix {
                "SELECT coalesce(max(doc), 0) FROM vocabulary WHERE term >= ?1 AND term < ?1 || char(1114111)"
            } else {
                "SELECT coalesce(max(doc), 0) FROM vocabulary WHERE term = ?1"
            };
            let having: u64 = table.exec(sql, &values![&term.text])?.one().map_err(storage)?;
            let rarity = ((texts as f64 - having as f64 + 0.5) / (having as f64 + 0.5)).ln().max(1e-6);
            most += rarity * SATURATION;
            weighed.push((having, term.clone()));
        }
        let rare = weighed.iter().filter(|(having, _)| (1..=texts / 5).contains(having)).count();
        let drop_common = texts >= LARGE && rare >= 2;
        let kept = weighed.into_iter().filter(|(having, _)| !drop_common || *having <= texts / 5);
        Ok((kept.map(|(_, term)| term).collect(), most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(query: &str) -> Option<String> {
        let query = Expressions::of(&WordQuery::parse(query));
        query.whole(&query.terms)
    }

    #[test]
    fn a_query_cannot_be_taken_for_fts_syntax() {
        for (query, expected) in [
            ("PAYING\" OR NEAR(late)*", Some(r#"("pay" OR "near" OR "late")"#)),
            ("\"no later\" March", Some(r#"("later" OR "march") AND ("no later")"#)),
            ("budget -travel", Some(r#"(("budget")) NOT ("travel")"#)),
            ("東", Some(r#"("東" *)"#)),
            ("-travel", None),
            (" -- ", None),
        ] {
            assert_eq!(whole(query).as_deref(), expected, "{query}");
        }
    }
}
