//! Search.

use ids::EventId;

use crate::Timestamp;

/// Asks for what is about `query`, in words or in meaning.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct Search {
    /// What a person typed; at most 1,000 characters. Words in double quotes must occur as that phrase, a word or
    /// phrase with `-` before it must not.
    pub query: String,
    /// At most this many, 1 to 200.
    pub limit: u32,
    /// Only this kind of hit, if given.
    #[serde(default)]
    pub kind: Option<HitKind>,
    /// What else a hit must be.
    #[serde(default)]
    pub filter: SearchFilter,
}

/// What a hit must be, beside its kind; all that is given must hold.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SearchFilter {
    /// Of this account; upper and lower case are one.
    #[serde(default)]
    pub account: Option<String>,
    /// From events of this source.
    #[serde(default)]
    pub source: Option<String>,
    /// From events that happened at this time or later.
    #[serde(default)]
    pub since: Option<Timestamp>,
    /// From events that happened at this time or earlier.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// From this event.
    #[serde(default)]
    pub event_id: Option<EventId>,
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
    /// Where the snippet begins in the event's source text, in characters (Unicode scalar values).
    #[serde(default)]
    pub start: u32,
    /// The words of the query in the snippet, in order.
    #[serde(default)]
    pub matches: Vec<TextRange>,
    /// The event's source.
    #[serde(default)]
    pub source: Option<String>,
    /// The call's title.
    #[serde(default)]
    pub title: Option<String>,
    /// When the event happened.
    #[serde(default)]
    pub occurred_at: Option<Timestamp>,
    /// How much of the query's words the text has, 0 to 1, rare words counting most.
    #[serde(default)]
    pub words: f64,
}

/// A stretch of a text, in characters (Unicode scalar values).
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TextRange {
    /// Where it starts.
    pub start: u32,
    /// Where it ends, exclusive.
    pub end: u32,
}
