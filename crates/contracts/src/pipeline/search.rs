//! Search.

use ids::EventId;

/// Asks for what is about `query`, in words or in meaning.
#[mesh::message]
#[derive(Debug, Clone)]
pub struct Search {
    /// What a person typed; at most 1,000 characters.
    pub query: String,
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// Only this kind of hit, if given.
    #[serde(default)]
    pub kind: Option<HitKind>,
}

/// What a hit is.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A passage of a source text.
    Passage,
    /// A signal.
    Signal,
}

/// What was found, best first.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHits {
    /// Best first.
    pub hits: Vec<SearchHit>,
}

/// One hit.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct SearchHit {
    /// The passage's or signal's id.
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// 0 to 1, comparable within one answer.
    pub score: f64,
    /// The text to show.
    pub snippet: String,
    /// The part of a passage that fits the query best, verbatim; none where the snippet is one part.
    #[serde(default)]
    pub highlight: Option<String>,
    /// Where it is from.
    pub event_id: EventId,
    /// The customer's company, by name or domain.
    #[serde(default)]
    pub account: Option<String>,
}
