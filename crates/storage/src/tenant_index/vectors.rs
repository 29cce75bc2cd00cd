//! [`VectorIndex`] in a tenant's own SQLite: exact search over slabs of int8 rows.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{StoreError, VectorFacts, VectorIndex, VectorMatch, VectorRecord};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::{HitKind, SearchFilter};
use embedded::vectors::{Facts, Key, Narrowing, QuantizedQuery, Slab, TopK};
use ids::{EventId, TenantId};
use mesh::Bytes;
use mesh::durable::{Rows, Storage, Value};
use mesh::values;

use super::cache::SlabCache;
use super::keys::{id, key};

const STORE: &str = "TENANT_INDEX";

/// Bytes of a slab: some 500 vectors. A call of a few dozen rewrites one or two; a search reads 190 for 100,000.
const SLAB_BYTES: usize = 128 * 1024;

/// A lower cosine than this is no likeness.
const MIN_COSINE: f32 = 0.05;

/// The vectors of one tenant. What was written shows at once.
pub struct SqlVectors {
    storage: Storage,
    dimensions: usize,
    cache: SlabCache,
    /// The slabs that there are, once somebody asked.
    numbers: RefCell<Option<Vec<u32>>>,
    /// Whose they are, from the first call on.
    tenant: Cell<Option<TenantId>>,
}

impl SqlVectors {
    /// Over a database that has taken the steps of [`super::TENANT_INDEX`], for vectors of so many numbers.
    #[must_use]
    pub fn new(storage: Storage, dimensions: usize) -> Self {
        Self {
            storage,
            dimensions,
            cache: SlabCache::new(),
            numbers: RefCell::default(),
            tenant: Cell::default(),
        }
    }

    /// Refuses whoever is not the tenant of this database.
    fn of(&self, tenant: TenantId) -> Result<(), StoreError> {
        if self.tenant.get().is_some_and(|owner| owner != tenant) {
            return Err(StoreError::new(STORE, "these are another tenant's vectors"));
        }
        self.tenant.set(Some(tenant));
        Ok(())
    }

    fn slab(&self, number: u32) -> Result<Rc<Slab>, StoreError> {
        if let Some(slab) = self.cache.get(number) {
            return Ok(slab);
        }
        let rows = self.exec("SELECT bytes FROM vector_slabs WHERE number = ?", &values![number])?;
        let Bytes(bytes) = rows.one().map_err(failed)?;
        let slab = Rc::new(Slab::from_bytes(bytes).map_err(failed)?);
        self.cache.keep(number, slab.clone());
        Ok(slab)
    }

    fn numbers(&self) -> Result<Vec<u32>, StoreError> {
        if let Some(numbers) = &*self.numbers.borrow() {
            return Ok(numbers.clone());
        }
        let rows = self.exec("SELECT number FROM vector_slabs ORDER BY number", &[])?;
        let numbers: Vec<u32> = rows.typed().map_err(failed)?;
        *self.numbers.borrow_mut() = Some(numbers.clone());
        Ok(numbers)
    }

    fn place(&self, key: &Key) -> Result<Option<u32>, StoreError> {
        let rows = self.exec("SELECT slab FROM vectors WHERE key = ?", &values![&key[..]])?;
        rows.first().map_err(failed)
    }

    /// Removes vectors whose slabs are known.
    fn remove(&self, placed: Vec<(Key, u32)>) -> Result<(), StoreError> {
        let mut changed = Changed::default();
        for (key, number) in placed {
            let slab = changed.slab(self, number)?;
            if let Some(at) = slab.position(&key) {
                slab.swap_remove(at);
            }
            self.exec("DELETE FROM vectors WHERE key = ?", &values![&key[..]])?;
        }
        self.write(changed)
    }

    fn write(&self, changed: Changed) -> Result<(), StoreError> {
        for (number, slab) in changed.0 {
            if slab.is_empty() {
                self.exec("DELETE FROM vector_slabs WHERE number = ?", &values![number])?;
                self.cache.forget(number);
            } else {
                let sql = "INSERT OR REPLACE INTO vector_slabs (number, rows, bytes) VALUES (?, ?, ?)";
                self.exec(sql, &values![number, slab.len(), slab.as_bytes()])?;
                self.cache.keep(number, Rc::new(slab));
            }
        }
        *self.numbers.borrow_mut() = None;
        Ok(())
    }

    fn exec(&self, sql: &str, values: &[Value]) -> Result<Rows, StoreError> {
        self.storage.exec(sql, values).map_err(failed)
    }
}

/// Slabs as a call changes them, to be written once at its end.
#[derive(Default)]
struct Changed(BTreeMap<u32, Slab>);

impl Changed {
    fn slab(&mut self, vectors: &SqlVectors, number: u32) -> Result<&mut Slab, StoreError> {
        Ok(match self.0.entry(number) {
            std::collections::btree_map::Entry::Occupied(slab) => slab.into_mut(),
            std::collections::btree_map::Entry::Vacant(place) => {
                place.insert((*vectors.slab(number)?).clone())
            }
        })
    }

    /// A slab with room for one more: one of these, one that is stored, or a new one.
    fn open(&mut self, vectors: &SqlVectors) -> Result<(u32, &mut Slab), StoreError> {
        let capacity = Slab::capacity(vectors.dimensions, SLAB_BYTES).max(1);
        let room = self.0.iter().find(|(_, slab)| slab.len() < capacity).map(|(number, _)| *number);
        let number = match room {
            Some(number) => number,
            None => {
                let rows = vectors.exec("SELECT number, rows FROM vector_slabs ORDER BY number", &[])?;
                let stored: Vec<(u32, usize)> = rows.typed().map_err(failed)?;
                let free =
                    stored.iter().find(|(number, rows)| *rows < capacity && !self.0.contains_key(number));
                let last = stored.iter().map(|(number, _)| *number).chain(self.0.keys().copied()).max();
                match free {
                    Some((number, _)) => *number,
                    None => {
                        let number = last.map_or(0, |last| last + 1);
                        self.0.insert(number, Slab::new(vectors.dimensions).map_err(failed)?);
                        number
                    }
                }
            }
        };
        Ok((number, self.slab(vectors, number)?))
    }
}

#[async_trait(?Send)]
impl VectorIndex for SqlVectors {
    async fn upsert(&self, tenant: TenantId, records: &[VectorRecord]) -> Result<(), StoreError> {
        self.of(tenant)?;
        let mut changed = Changed::default();
        for VectorRecord { id, facts, vector } in records {
            let key = key(id).ok_or_else(|| {
                StoreError::new(STORE, format!("`{id}` does not end in 32 hexadecimal digits"))
            })?;
            let stored = stored_facts(facts);
            let event_id = facts.event_id.to_string();
            let refused = |error| StoreError::new(STORE, format!("the vector of `{id}`: {error}"));
            match self.place(&key)? {
                Some(number) => {
                    let slab = changed.slab(self, number)?;
                    match slab.position(&key) {
                        Some(at) => drop(slab.replace(at, key, stored, vector).map_err(refused)?),
                        None => slab.push(key, stored, vector).map_err(refused)?,
                    }
                    let sql = "UPDATE vectors SET event_id = ? WHERE key = ?";
                    self.exec(sql, &values![event_id, &key[..]])?;
                }
                None => {
                    let (number, slab) = changed.open(self)?;
                    slab.push(key, stored, vector).map_err(refused)?;
                    let sql = "INSERT INTO vectors (key, event_id, slab) VALUES (?, ?, ?)";
                    self.exec(sql, &values![&key[..], event_id, number])?;
                }
            }
        }
        self.write(changed)
    }

    async fn delete(&self, tenant: TenantId, ids: &[String]) -> Result<(), StoreError> {
        self.of(tenant)?;
        let mut placed = Vec::new();
        for key in ids.iter().filter_map(|id| key(id)) {
            placed.extend(self.place(&key)?.map(|number| (key, number)));
        }
        self.remove(placed)
    }

    async fn delete_event(
        &self,
        tenant: TenantId,
        event_id: EventId,
        _ids: &[String],
    ) -> Result<(), StoreError> {
        self.of(tenant)?;
        let sql = "SELECT key, slab FROM vectors WHERE event_id = ?";
        let rows: Vec<(Bytes, u32)> =
            self.exec(sql, &values![event_id.to_string()])?.typed().map_err(failed)?;
        let placed = rows.into_iter().filter_map(|(Bytes(key), slab)| Some((Key::try_from(key).ok()?, slab)));
        self.remove(placed.collect())
    }

    async fn query(
        &self,
        tenant: TenantId,
        vector: &[f32],
        kind: Option<HitKind>,
        filter: &SearchFilter,
        limit: u32,
    ) -> Result<Vec<VectorMatch>, StoreError> {
        self.of(tenant)?;
        let query = QuantizedQuery::new(vector).map_err(failed)?;
        if query.dimensions() != self.dimensions {
            let (found, expected) = (query.dimensions(), self.dimensions);
            return Err(StoreError::new(
                STORE,
                format!("the query has {found} numbers in place of {expected}"),
            ));
        }
        self.cache.touch();
        // A kind at a time, since a key does not tell its own.
        let kinds = kind.map_or(vec![HitKind::Passage, HitKind::Signal], |kind| vec![kind]);
        let mut best: Vec<(HitKind, Narrowing, TopK<Key>)> = kinds
            .into_iter()
            .map(|kind| (kind, narrowing(kind, filter), TopK::new(limit as usize, MIN_COSINE)))
            .collect();
        for number in self.numbers()? {
            let slab = self.slab(number)?;
            for (_, narrowing, best) in &mut best {
                slab.search(&query, narrowing, best);
            }
        }
        let mut matches = Vec::new();
        for (kind, _, best) in best {
            let ranking = best.into_ranking();
            if ranking.malformed > 0 {
                tracing::warn!(event = "index.malformed_vectors", %tenant, rows = ranking.malformed);
            }
            let hits = ranking.hits.into_iter();
            matches.extend(hits.map(|hit| VectorMatch { id: id(kind, hit.id), score: hit.score }));
        }
        matches.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.id.cmp(&b.id)));
        matches.truncate(limit as usize);
        Ok(matches)
    }
}

fn kind_number(kind: HitKind) -> u8 {
    match kind {
        HitKind::Passage => 0,
        HitKind::Signal => 1,
    }
}

fn stored_facts(facts: &VectorFacts) -> Facts {
    Facts {
        kind: kind_number(facts.kind),
        account: facts.account.as_deref().map(Facts::hash).unwrap_or_default(),
        source: facts.source.as_deref().map(Facts::hash).unwrap_or_default(),
        event: Facts::hash(&facts.event_id.to_string()),
        occurred_s: facts.occurred_at.map(seconds).unwrap_or_default(),
    }
}

fn narrowing(kind: HitKind, filter: &SearchFilter) -> Narrowing {
    Narrowing {
        kind: Some(kind_number(kind)),
        account: filter.account.as_deref().map(Facts::hash),
        source: filter.source.as_deref().map(Facts::hash),
        event: filter.event_id.map(|event_id| Facts::hash(&event_id.to_string())),
        since_s: filter.since.map(seconds),
        until_s: filter.until.map(seconds),
    }
}

/// Whole seconds of Unix time, the last that fits for what is later.
fn seconds(time: Timestamp) -> u32 {
    u32::try_from(time.unix_ms() / 1_000).unwrap_or(u32::MAX)
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(STORE, error)
}
