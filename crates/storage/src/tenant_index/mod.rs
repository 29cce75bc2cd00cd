//! A tenant's hybrid search index in its Durable Object: words by FTS5 in the object's SQLite, vectors by an index of
//! vectors, which is the same SQLite or a product.
//!
//! Texts and words are rows; [`SqlVectors`] keeps vectors in slabs. The texts are the truth: what an index of vectors
//! finds without a text, or with one that does not fit, is no hit.

mod cache;
mod keys;
#[cfg(test)]
mod tests;
mod texts;
mod upgrade;
mod vectors;
mod words;

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use app::pipeline::account_key;
use app::ports::{MOST_FORGOTTEN, StoreError, VectorFacts, VectorIndex, VectorRecord};
use async_trait::async_trait;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, IndexError, TenantIndex, UpsertPassages, decode_vector,
};
use contracts::pipeline::{HitKind, SearchFilter, SearchHit, SearchHits, TextRange};
use contracts::{TenantCall, Timestamp};
use embedded::vectors::fusion::fuse;
use embedded::words::{WordQuery, highlights};
use ids::TenantId;
use mesh::durable::{Migration, Migrations, Storage};

use texts::{TextRow, TextTable};
pub use vectors::SqlVectors;
use words::{Expressions, Words};

/// The schema of an index. Append-only: an object may be at any of these. The first creates what is not there, since
/// objects from before there was a list have its tables.
pub const TENANT_INDEX: Migrations = Migrations::new(&[
    Migration::sql("0001_initial", include_str!("schema.sql")),
    Migration::sql("0002_facts", include_str!("0002_facts.sql")),
    Migration::code("0003_fill", upgrade::fill),
]);

/// The fewest candidates that each of the two searches gives to the fusion.
const MIN_CANDIDATES: usize = 60;

/// The contract's [`TenantIndex`].
pub struct SqlTenantIndex {
    texts: TextTable,
    words: Words,
    vectors: Rc<dyn VectorIndex>,
}

impl SqlTenantIndex {
    /// Over a database that has taken the steps of [`TENANT_INDEX`], and an index of vectors.
    pub fn new(storage: Storage, vectors: Rc<dyn VectorIndex>) -> Self {
        Self { texts: TextTable::new(storage), words: Words::default(), vectors }
    }

    /// Ids by meaning with their cosines, best first, of texts that are there and fit.
    async fn semantic(
        &self,
        tenant: TenantId,
        vector: &[f32],
        request: &FindPassages,
        query: &Expressions,
        candidates: usize,
    ) -> Result<Vec<(String, f32)>, IndexError> {
        if vector.is_empty() {
            return Ok(Vec::new());
        }
        let (kind, filter) = (request.kind, &request.filter);
        let limit = u32::try_from(candidates).unwrap_or(u32::MAX);
        let found = self.vectors.query(tenant, vector, kind, filter, limit).await.map_err(vector_store)?;
        let ids: Vec<&str> = found.iter().map(|found| found.id.as_str()).collect();
        let (with, without) = (query.with.as_deref(), query.without.as_deref());
        let fitting = self.texts.fitting(&ids, kind, filter, with, without)?;
        let fitting: BTreeSet<String> = fitting.into_iter().collect();
        let kept = found.into_iter().filter(|found| fitting.contains(&found.id));
        Ok(kept.map(|found| (found.id, found.score)).collect())
    }
}

#[async_trait(?Send)]
impl TenantIndex for SqlTenantIndex {
    async fn upsert(&self, context: &TenantCall, request: UpsertPassages) -> Result<(), IndexError> {
        let (mut records, mut without) = (Vec::new(), Vec::new());
        for passage in &request.passages {
            let id = passage.id.clone();
            if keys::key(&id).is_none_or(|key| keys::id(passage.kind, key) != id) {
                return Err(invalid(format!("`{id}` is no id of its kind")));
            }
            let vector = decode_vector(&passage.vector)
                .filter(|vector| vector.iter().all(|number| number.is_finite()))
                .ok_or_else(|| invalid(format!("the vector of `{id}` is no list of finite floats")))?;
            if vector.is_empty() {
                without.push(id);
                continue;
            }
            let facts = VectorFacts {
                kind: passage.kind,
                event_id: request.event_id,
                account: passage.account.as_deref().map(account_key),
                source: request.source.clone(),
                occurred_at: request.occurred_at,
            };
            records.push(VectorRecord { id, facts, vector });
        }
        self.words.changed();
        for passage in &request.passages {
            self.texts.put(&request, passage)?;
        }
        // Texts first: a vector without a text would be found in vain, a text without a vector is found by its words.
        let tenant = context.scope.tenant;
        if !without.is_empty() {
            self.vectors.delete(tenant, &without).await.map_err(vector_store)?;
        }
        if records.is_empty() {
            return Ok(());
        }
        self.vectors.upsert(tenant, &records).await.map_err(vector_store)
    }

    async fn find(&self, context: &TenantCall, mut request: FindPassages) -> Result<SearchHits, IndexError> {
        let vector = decode_vector(&request.vector)
            .filter(|vector| vector.iter().all(|number| number.is_finite()))
            .ok_or_else(|| invalid("the query's vector is no list of finite floats"))?;
        request.filter.account = request.filter.account.as_deref().map(account_key);
        let limit = request.limit.clamp(1, 200) as usize;
        let candidates = limit.max(MIN_CANDIDATES);
        let query = WordQuery::parse(&request.query);
        let expressions = Expressions::of(&query);
        let semantic =
            self.semantic(context.scope.tenant, &vector, &request, &expressions, candidates).await?;
        let filter: &SearchFilter = &request.filter;
        let lexical = self.words.search(&self.texts, &expressions, request.kind, filter, candidates)?;
        let ranked = fuse(&lexical.found, &semantic, &request.query, limit);

        let shares: HashMap<&str, f64> = lexical
            .found
            .iter()
            .map(|(id, score)| (id.as_str(), (f64::from(*score) / lexical.most.max(1e-9)).clamp(0.0, 1.0)))
            .collect();
        let ids: Vec<&str> = ranked.iter().map(|(id, _)| id.as_str()).collect();
        let mut rows: HashMap<String, TextRow> =
            self.texts.rows(&ids)?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let hits = ranked.iter().filter_map(|(id, score)| {
            let words = shares.get(id.as_str()).copied().unwrap_or_default();
            hit(rows.remove(id)?, f64::from(*score), words, &query)
        });
        Ok(SearchHits { hits: hits.collect() })
    }

    async fn forget(&self, context: &TenantCall, request: ForgetPassages) -> Result<Forgotten, IndexError> {
        let tenant = context.scope.tenant;
        let at_most = request.at_most.min(MOST_FORGOTTEN);
        let event_id = request.event_id.map(|event_id| event_id.to_string());
        let some = self.texts.some(event_id.as_deref(), at_most)?;
        let ids: Vec<String> = some.iter().map(|(_, id)| id.clone()).collect();
        // Vectors first: the texts say which there are.
        if !ids.is_empty() {
            self.vectors.delete(tenant, &ids).await.map_err(vector_store)?;
        }
        self.words.changed();
        for (rowid, _) in &some {
            self.texts.remove(*rowid)?;
        }
        let left = self.texts.count(event_id.as_deref())?;
        if let Some(event_id) = request.event_id.filter(|_| left == 0 && at_most > 0) {
            // Whatever an index of vectors has of the event beside its texts.
            self.vectors.delete_event(tenant, event_id, &ids).await.map_err(vector_store)?;
        }
        Ok(Forgotten { removed: some.len() as u32, left })
    }
}

fn hit(row: TextRow, score: f64, words: f64, query: &WordQuery) -> Option<SearchHit> {
    let matches = highlights(&row.text, query);
    let matches =
        matches.into_iter().map(|range| TextRange { start: range.start as u32, end: range.end as u32 });
    Some(SearchHit {
        matches: matches.collect(),
        id: row.id,
        kind: if row.kind == texts::SIGNAL { HitKind::Signal } else { HitKind::Passage },
        score,
        snippet: row.text,
        highlight: None,
        event_id: row.event_id.parse().ok()?,
        account: row.account,
        start: row.start,
        source: row.source,
        title: row.title,
        occurred_at: row.occurred_ms.map(Timestamp::from_unix_ms),
        words,
    })
}

fn vector_store(error: StoreError) -> IndexError {
    IndexError::Storage { detail: error.to_string() }
}

fn invalid(detail: impl Into<String>) -> IndexError {
    IndexError::Invalid { detail: detail.into() }
}

fn storage(error: impl std::fmt::Display) -> IndexError {
    IndexError::Storage { detail: error.to_string() }
}
