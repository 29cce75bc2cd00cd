//! Embeddings and the tenant's search index.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::tenant_index::Forgotten;
use contracts::pipeline::{HitKind, SearchFilter, TextRange};
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
    /// Where it begins in the event's source text, in characters (Unicode scalar values).
    pub start: u32,
    /// Its unit vector; all zeros when no token of it is known.
    pub vector: Vec<f32>,
}

/// Where passages are from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The event.
    pub event_id: EventId,
    /// Its source.
    pub source: String,
    /// The call's title.
    pub title: Option<String>,
    /// When it happened.
    pub occurred_at: Timestamp,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wanted {
    /// What a person typed.
    pub query: String,
    /// Its unit vector; empty or all zeros when no token of it is known.
    pub vector: Vec<f32>,
    /// Only this kind of hit, if given.
    pub kind: Option<HitKind>,
    /// What else a hit must be.
    pub filter: SearchFilter,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// One hit of an index.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexHit {
    /// The passage's or signal's id.
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// 0 to 1, by the places that words and vector give it.
    pub score: f64,
    /// How much of the query's words it has, 0 to 1.
    pub words: f64,
    /// The text.
    pub text: String,
    /// Where it begins in the event's source text, in characters.
    pub start: u32,
    /// The words of the query in the text, in characters of it.
    pub matches: Vec<TextRange>,
    /// Where it is from.
    pub event_id: EventId,
    /// The event's source.
    pub source: Option<String>,
    /// The call's title.
    pub title: Option<String>,
    /// When the event happened.
    pub occurred_at: Option<Timestamp>,
    /// The customer's company.
    pub account: Option<String>,
}

/// The most that one [`PassageIndex::forget`] removes.
pub const MOST_FORGOTTEN: u32 = 1_000;

/// How well a text answers a query.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Relevance {
    /// -1 to 1; 0 where no word of either is known.
    pub score: f32,
    /// The part of the text that answers best, in bytes; none where no word is known.
    pub best: Option<std::ops::Range<usize>>,
}

/// Turns texts into vectors.
#[async_trait(?Send)]
pub trait Embedder {
    /// A unit vector a text, in order.
    async fn embed(&self, texts: &[&str]) -> Result<Vec<Vec<f32>>, StoreError>;
    /// How well each text answers a query, closer than their vectors tell, in order.
    async fn relevance(&self, query: &str, texts: &[&str]) -> Result<Vec<Relevance>, StoreError>;
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
        origin: &Origin,
        passages: &[EmbeddedPassage],
    ) -> Result<(), StoreError>;
    /// The best hits for a query, by its words and by its vector, best first.
    async fn search(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        wanted: &Wanted,
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
