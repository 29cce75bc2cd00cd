//! An index of vectors, each tenant's apart from every other's.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::{HitKind, SearchFilter};
use ids::{EventId, TenantId};

use super::StoreError;

/// A vector to be found again.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorRecord {
    /// The passage's or signal's id: a prefix and 32 hexadecimal digits.
    pub id: String,
    /// What a query can be narrowed by.
    pub facts: VectorFacts,
    /// A unit vector, never all zeros.
    pub vector: Vec<f32>,
}

/// What is known of a vector.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorFacts {
    /// A passage's or a signal's.
    pub kind: HitKind,
    /// The event it is from.
    pub event_id: EventId,
    /// The customer's company, folded as [`crate::pipeline::account_key`] does.
    pub account: Option<String>,
    /// The event's source.
    pub source: Option<String>,
    /// When the event happened.
    pub occurred_at: Option<Timestamp>,
}

/// A vector that was found.
#[derive(Debug, Clone, PartialEq)]
pub struct VectorMatch {
    /// Its id.
    pub id: String,
    /// Its cosine with the query.
    pub score: f32,
}

/// An index of vectors. It may be behind: what was written shows in queries after some seconds at the latest, and what
/// was deleted may show as long. So the texts are the truth, and a match without a text is none.
///
/// Every method takes the tenant, whose vectors are a namespace of their own: the same id of two tenants is two vectors.
#[async_trait(?Send)]
pub trait VectorIndex {
    /// Adds vectors or replaces those of the same id. Any number.
    async fn upsert(&self, tenant: TenantId, records: &[VectorRecord]) -> Result<(), StoreError>;
    /// Deletes vectors by id. Those that are not there are no error.
    async fn delete(&self, tenant: TenantId, ids: &[String]) -> Result<(), StoreError>;
    /// Deletes all vectors of an event. `ids` are those that whoever has the texts knows of: an index that keeps no
    /// list of its own deletes these.
    async fn delete_event(
        &self,
        tenant: TenantId,
        event_id: EventId,
        ids: &[String],
    ) -> Result<(), StoreError>;
    /// The vectors nearest to `vector` that fit, nearest first; at most `limit`, or as many as the index gives at once.
    /// An index may compare texts by their beginning or hash only: check what it finds against the texts.
    async fn query(
        &self,
        tenant: TenantId,
        vector: &[f32],
        kind: Option<HitKind>,
        filter: &SearchFilter,
        limit: u32,
    ) -> Result<Vec<VectorMatch>, StoreError>;
}
