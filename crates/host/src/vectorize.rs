//! [`VectorIndex`] over Vectorize: one index for all tenants, a namespace a tenant.
//!
//! Ids are unique in an index, not in a namespace, so a vector's id is its tenant's and its own 32 hexadecimal digits,
//! exactly the 64 bytes that the product allows. It keeps no list of an event's vectors: whoever has the texts says
//! which there are.

use app::ports::{StoreError, VectorFacts, VectorIndex, VectorMatch, VectorRecord};
use async_trait::async_trait;
use contracts::pipeline::{HitKind, SearchFilter};
use ids::{ChunkId, EventId, SignalId, TenantId};
use mesh_worker::bindings::vectorize::{
    Filter, Index, Limits, Match, Matches, Query, ReturnMetadata, Vector, VectorizeError,
};
use serde::{Deserialize, Serialize};

const STORE: &str = "VECTORS";

/// Hexadecimal digits of an id.
const DIGITS: usize = 32;

/// The product compares texts by so many bytes.
const COMPARED_BYTES: usize = 64;

/// What of Vectorize is used: the binding, or a double that enforces its limits.
#[async_trait(?Send)]
pub trait Vectorize {
    /// Adds vectors or replaces whole records.
    ///
    /// # Errors
    /// As the binding's.
    async fn upsert(&self, vectors: &[Vector]) -> Result<(), VectorizeError>;
    /// Removes vectors.
    ///
    /// # Errors
    /// As the binding's.
    async fn delete(&self, ids: &[String]) -> Result<(), VectorizeError>;
    /// The nearest vectors.
    ///
    /// # Errors
    /// As the binding's.
    async fn query(&self, vector: &[f32], query: &Query) -> Result<Matches, VectorizeError>;
}

#[async_trait(?Send)]
impl Vectorize for Index {
    async fn upsert(&self, vectors: &[Vector]) -> Result<(), VectorizeError> {
        Index::upsert(self, vectors).await.map(drop)
    }

    async fn delete(&self, ids: &[String]) -> Result<(), VectorizeError> {
        self.delete_by_ids(ids).await.map(drop)
    }

    async fn query(&self, vector: &[f32], query: &Query) -> Result<Matches, VectorizeError> {
        Index::query(self, vector, query).await
    }
}

/// [`VectorIndex`] over an index that has metadata indexes for `kind`, `account`, `source`, `event_id` (strings) and
/// `occurred_ms` (a number).
#[derive(Debug)]
pub struct VectorizeIndex<V> {
    product: V,
    limits: Limits,
}

/// What is stored with a vector.
#[derive(Debug, Serialize)]
struct Metadata {
    kind: &'static str,
    event_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    /// A float, as the product compares numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    occurred_ms: Option<f64>,
}

/// What of it is read back.
#[derive(Debug, Deserialize)]
struct Known {
    kind: String,
}

impl<V> VectorizeIndex<V> {
    /// Over the product.
    pub fn over(product: V) -> Self {
        Self { product, limits: Limits::default() }
    }
}

#[async_trait(?Send)]
impl<V: Vectorize> VectorIndex for VectorizeIndex<V> {
    async fn upsert(&self, tenant: TenantId, records: &[VectorRecord]) -> Result<(), StoreError> {
        for batch in records.chunks(self.limits.vectors) {
            let vectors: Result<Vec<Vector>, StoreError> =
                batch.iter().map(|record| stored(tenant, record)).collect();
            self.product.upsert(&vectors?).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn delete(&self, tenant: TenantId, ids: &[String]) -> Result<(), StoreError> {
        let ids: Vec<String> = ids.iter().filter_map(|id| stored_id(tenant, id)).collect();
        for batch in ids.chunks(self.limits.ids_deleted) {
            self.product.delete(batch).await.map_err(failed)?;
        }
        Ok(())
    }

    async fn delete_event(
        &self,
        tenant: TenantId,
        _event_id: EventId,
        ids: &[String],
    ) -> Result<(), StoreError> {
        self.delete(tenant, ids).await
    }

    async fn query(
        &self,
        tenant: TenantId,
        vector: &[f32],
        kind: Option<HitKind>,
        filter: &SearchFilter,
        limit: u32,
    ) -> Result<Vec<VectorMatch>, StoreError> {
        let query = Query {
            namespace: Some(tenant.to_string()),
            // Names the kind, which an id does not.
            return_metadata: ReturnMetadata::Indexed,
            filter: conditions(kind, filter),
            ..Query::nearest(limit.clamp(1, self.limits.top_k))
        };
        let found = self.product.query(vector, &query).await.map_err(failed)?;
        Ok(found.matches.iter().filter_map(|found| read(tenant, found)).collect())
    }
}

fn stored(tenant: TenantId, record: &VectorRecord) -> Result<Vector, StoreError> {
    let VectorRecord { id, facts, vector } = record;
    let VectorFacts { kind, event_id, account, source, occurred_at } = facts;
    let stored = stored_id(tenant, id).ok_or_else(|| {
        StoreError::new(STORE, format!("`{id}` does not end in {DIGITS} hexadecimal digits"))
    })?;
    let metadata = Metadata {
        kind: kind_name(*kind),
        event_id: event_id.to_string(),
        account: account.as_deref().map(|account| compared(account).to_owned()),
        source: source.as_deref().map(|source| compared(source).to_owned()),
        occurred_ms: occurred_at.map(|time| time.unix_ms() as f64),
    };
    let vector = Vector::new(stored, vector.clone()).in_namespace(tenant.to_string());
    vector.with_metadata(&metadata).map_err(|error| StoreError::new(STORE, error))
}

/// The part of a text that the product compares, stored and asked for alike.
fn compared(text: &str) -> &str {
    let mut end = text.len().min(COMPARED_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

fn conditions(kind: Option<HitKind>, filter: &SearchFilter) -> Option<Filter> {
    let mut conditions = Filter::new();
    if let Some(kind) = kind {
        conditions = conditions.equals("kind", kind_name(kind));
    }
    if let Some(account) = &filter.account {
        conditions = conditions.equals("account", compared(account));
    }
    if let Some(source) = &filter.source {
        conditions = conditions.equals("source", compared(source));
    }
    if let Some(event_id) = filter.event_id {
        conditions = conditions.equals("event_id", event_id.to_string());
    }
    if let Some(since) = filter.since {
        conditions = conditions.at_least("occurred_ms", since.unix_ms() as f64);
    }
    if let Some(until) = filter.until {
        conditions = conditions.at_most("occurred_ms", until.unix_ms() as f64);
    }
    (conditions != Filter::new()).then_some(conditions)
}

/// A match as the port has it; none for what is not this tenant's or not readable, which no namespace should hold.
fn read(tenant: TenantId, found: &Match) -> Option<VectorMatch> {
    let tenant = tenant.to_string();
    let digits = found.id.strip_prefix(digits(&tenant)?)?;
    let known: Known = found.metadata_as().ok()?;
    let prefix = if known.kind == kind_name(HitKind::Signal) { SignalId::PREFIX } else { ChunkId::PREFIX };
    Some(VectorMatch { id: format!("{prefix}_{digits}"), score: found.score as f32 })
}

fn stored_id(tenant: TenantId, id: &str) -> Option<String> {
    Some(format!("{}{}", digits(&tenant.to_string())?, digits(id)?))
}

/// The hexadecimal digits that an id ends in.
fn digits(id: &str) -> Option<&str> {
    let digits = id.get(id.len().checked_sub(DIGITS)?..)?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then_some(digits)
}

fn kind_name(kind: HitKind) -> &'static str {
    match kind {
        HitKind::Passage => "passage",
        HitKind::Signal => "signal",
    }
}

fn failed(error: VectorizeError) -> StoreError {
    StoreError::new(STORE, error)
}
