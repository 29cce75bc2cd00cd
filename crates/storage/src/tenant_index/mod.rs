//! A tenant's hybrid search index in the SQLite of its Durable Object: words by FTS5, vectors by exact int8 search.
//!
//! Texts and words are rows; vectors lie in slabs that are read once when the object wakes and written through. The
//! object runs one call at a time and its SQL is synchronous, so a call's writes become durable together.

#[cfg(test)]
mod tests;
mod texts;
mod vectors;

use std::cell::RefCell;
use std::collections::HashMap;

use app::ports::MOST_FORGOTTEN;
use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::tenant_index::{
    FindPassages, ForgetPassages, Forgotten, IndexError, TenantIndex, UpsertPassages, decode_vector,
};
use contracts::pipeline::{HitKind, SearchHit, SearchHits};
use embedded::vectors::fusion::fuse;
use mesh::durable::{Migration, Migrations, Storage};

use texts::TextTable;
use vectors::VectorTable;

/// The schema of an index. Append-only: an object may be at any of these. The first creates what is not there, since
/// objects from before there was a list have its tables.
pub const TENANT_INDEX: Migrations =
    Migrations::new(&[Migration::sql("0001_initial", include_str!("schema.sql"))]);

/// How many candidates each of the two searches gives to the fusion, for every hit asked for.
const CANDIDATES_PER_HIT: usize = 4;

/// The fewest candidates, so that a short answer is still chosen from enough.
const MIN_CANDIDATES: usize = 50;

/// The contract's [`TenantIndex`] over a Durable Object's SQLite.
pub struct SqlTenantIndex {
    texts: TextTable,
    vectors: RefCell<VectorTable>,
}

impl SqlTenantIndex {
    /// Over a database that has taken the steps of [`TENANT_INDEX`], for vectors of so many numbers.
    ///
    /// # Errors
    /// [`IndexError::Storage`] when the stored vectors cannot be read.
    pub fn open(storage: Storage, dimensions: usize) -> Result<Self, IndexError> {
        let vectors = RefCell::new(VectorTable::open(storage.clone(), dimensions)?);
        Ok(Self { texts: TextTable::new(storage), vectors })
    }
}

#[async_trait(?Send)]
impl TenantIndex for SqlTenantIndex {
    async fn upsert(&self, _context: &TenantCall, request: UpsertPassages) -> Result<(), IndexError> {
        let mut vectors = self.vectors.borrow_mut();
        for passage in &request.passages {
            let vector = decode_vector(&passage.vector)
                .ok_or_else(|| invalid(format!("the vector of `{}` is no list of floats", passage.id)))?;
            let key = vectors::key(&passage.id)
                .ok_or_else(|| invalid(format!("`{}` does not end in 32 hexadecimal digits", passage.id)))?;
            vectors.put(passage.kind, key, &vector)?;
        }
        for passage in &request.passages {
            self.texts.put(request.event_id, passage)?;
        }
        vectors.write_through()
    }

    async fn find(&self, _context: &TenantCall, request: FindPassages) -> Result<SearchHits, IndexError> {
        let vector = decode_vector(&request.vector)
            .ok_or_else(|| invalid("the query's vector is no list of floats"))?;
        let limit = request.limit.clamp(1, 200) as usize;
        let candidates = (limit * CANDIDATES_PER_HIT).max(MIN_CANDIDATES);
        let lexical = self.texts.search(&request.query, request.kind, candidates)?;
        let semantic = self.vectors.borrow().search(&vector, request.kind, candidates)?;
        let ranked = fuse(&lexical, &semantic, &request.query, limit);

        let ids: Vec<&str> = ranked.iter().map(|(id, _)| id.as_str()).collect();
        let mut rows: HashMap<String, texts::TextRow> =
            self.texts.rows(&ids)?.into_iter().map(|row| (row.id.clone(), row)).collect();
        let hits = ranked.iter().filter_map(|(id, score)| {
            let row = rows.remove(id)?;
            Some(SearchHit {
                id: row.id,
                kind: if row.kind == texts::SIGNAL { HitKind::Signal } else { HitKind::Passage },
                score: f64::from(*score),
                snippet: row.text,
                highlight: None,
                event_id: row.event_id.parse().ok()?,
                account: row.account,
            })
        });
        Ok(SearchHits { hits: hits.collect() })
    }

    async fn forget(&self, _context: &TenantCall, request: ForgetPassages) -> Result<Forgotten, IndexError> {
        let at_most = request.at_most.min(MOST_FORGOTTEN);
        let event_id = request.event_id.map(|event_id| event_id.to_string());
        let mut vectors = self.vectors.borrow_mut();
        let mut removed = 0;
        for (rowid, id, kind) in self.texts.some(event_id.as_deref(), at_most)? {
            if let Some(key) = vectors::key(&id) {
                let kind = if kind == texts::SIGNAL { HitKind::Signal } else { HitKind::Passage };
                vectors.put(kind, key, &[])?;
            }
            self.texts.remove(rowid)?;
            removed += 1;
        }
        vectors.write_through()?;
        Ok(Forgotten { removed, left: self.texts.count(event_id.as_deref())? })
    }
}

fn invalid(detail: impl Into<String>) -> IndexError {
    IndexError::Invalid { detail: detail.into() }
}

fn storage(error: impl std::fmt::Display) -> IndexError {
    IndexError::Storage { detail: error.to_string() }
}
