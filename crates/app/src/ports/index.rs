//! Embeddings and the tenant's search index.

use async_trait::async_trait;
use contracts::pipeline::HitKind;
use contracts::pipeline::tenant_index::Forgotten;
use ids::{EventId, TenantId};
use mesh::TraceContext;

use super::StoreError;

/// A text to be found again.
#[derive(Debug, Clone, PartialEq)]
pub struct EmbeddedPassage {
    /// The passage's or signal's id.
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// The text.
    pub text: String,
    /// The customer's company.
    pub account: Option<String>,
    /// Its unit vector; all zeros when no token of it is known.
    pub vector: Vec<f32>,
}

/// One hit of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexHit {
    /// The passage's or signal's id.
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// 0 to 1.
    pub score: f64,
    /// The text.
    pub text: String,
    /// Where it is from.
    pub event_id: EventId,
    /// The customer's company.
    pub account: Option<String>,
}

/// The most that one [`PassageIndex::forget`] removes.
pub const MOST_FORGOTTEN: u32 = 1_000;

/// Turns texts into vectors.
#[async_trait(?Send)]
pub trait Embedder {
    /// A unit vector a text, in order.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, StoreError>;
    /// Splits a call into passages fit for embedding, as byte ranges of its text.
    fn passages(&self, document: &transcript::Document) -> Result<Vec<std::ops::Range<usize>>, StoreError>;
}

/// A tenant's hybrid index of words and vectors.
#[async_trait(?Send)]
pub trait PassageIndex {
    /// Adds passages of an event, replacing those of the same id. At most 200 a call.
    async fn upsert(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: EventId,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError>;
    /// The best hits for a query, by its words and by its vector, best first.
    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        query: &str,
        vector: &[f32],
        kind: Option<HitKind>,
        limit: u32,
    ) -> Result<Vec<IndexHit>, StoreError>;
    /// Removes passages and signals for good: those of one event, or all of the tenant where none is given. At most so
    /// many a call, up to [`MOST_FORGOTTEN`]; with 0 they are only counted. Ask again until none is left.
    async fn forget(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        event_id: Option<EventId>,
        at_most: u32,
    ) -> Result<Forgotten, StoreError>;
}
