//! Search over passages and signals, by words and by meaning.

use ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::request::{FromQuery, Query, TextRule};
use crate::{Timestamp, schema};

/// The query of `GET /v1/search`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// What to look for, in your own words. Words in double quotes must occur as that phrase; a word or a phrase with
    /// `-` before it must not occur.
    #[param(min_length = 1, max_length = 1000, example = "worried about the migration effort")]
    pub q: String,
    /// At most this many hits.
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
    /// Only hits of this kind.
    pub kind: Option<HitKind>,
    /// Only hits of this account; upper and lower case are one.
    #[param(example = "northwind.example")]
    pub account: Option<String>,
    /// Only hits from events of this source.
    #[param(example = "zoom")]
    pub source: Option<String>,
    /// Only hits from events that happened at or after this time.
    pub since: Option<Timestamp>,
    /// Only hits from events that happened at or before this time.
    pub until: Option<Timestamp>,
    /// Only hits from this event.
    #[param(value_type = Option<schema::EventId>)]
    pub event_id: Option<EventId>,
}

impl FromQuery for Search {
    fn read(query: &Query) -> Option<Self> {
        let q = query.required_text("q", TextRule::line(1000));
        let limit = query.limit();
        let kind = query.value("kind");
        let account = query.text("account", TextRule::line(256));
        let source = query.text("source", TextRule::slug(64));
        let (since, until): (Option<Timestamp>, Option<Timestamp>) =
            (query.value("since"), query.value("until"));
        if matches!((since, until), (Some(since), Some(until)) if since > until) {
            query.refuse("until", "must not be before `since`");
        }
        let event_id = query.value("event_id");
        Some(Self { q: q?, limit, kind, account, source, since, until, event_id })
    }
}

/// What a hit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// A signal.
    Signal,
    /// A passage of an event's source text.
    Passage,
}

/// A text that is no kind of hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownHitKind;

impl std::fmt::Display for UnknownHitKind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("must be `signal` or `passage`")
    }
}

impl std::error::Error for UnknownHitKind {}

impl std::str::FromStr for HitKind {
    type Err = UnknownHitKind;

    fn from_str(text: &str) -> Result<Self, UnknownHitKind> {
        match text {
            "signal" => Ok(Self::Signal),
            "passage" => Ok(Self::Passage),
            _ => Err(UnknownHitKind),
        }
    }
}

/// What was found, best first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchHits {
    /// The hits, best first.
    pub hits: Vec<SearchHit>,
}

/// One hit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct SearchHit {
    /// The signal's or passage's id.
    #[schema(example = "sig_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")]
    pub id: String,
    /// Which of the two.
    pub kind: HitKind,
    /// How well it fits; comparable within one answer only.
    #[schema(minimum = 0, maximum = 1, example = 0.91)]
    pub score: f64,
    /// The text to show.
    #[schema(example = "Honestly, moving ten years of history over is what keeps me up at night.")]
    pub snippet: String,
    /// The sentences of a longer snippet that fit the query best, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<String>,
    /// The event it is from.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// The customer's company, by name or domain; `null` where the event does not tell.
    #[schema(required, example = "northwind.example")]
    pub account: Option<String>,
    /// Where the snippet begins in the event's source text, in Unicode scalar values.
    pub start: u32,
    /// The words of the query in the snippet, in order; none where only the meaning fits.
    pub matches: Vec<TextRange>,
    /// The event's source; `null` where nobody kept it.
    #[schema(required, example = "zoom")]
    pub source: Option<String>,
    /// What the call was called; `null` where nobody kept it.
    #[schema(required, example = "Renewal check-in")]
    pub title: Option<String>,
    /// When the event happened; `null` where nobody kept it.
    #[schema(required)]
    pub occurred_at: Option<Timestamp>,
}

/// A stretch of a snippet, in Unicode scalar values of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct TextRange {
    /// Where it starts.
    pub start: u32,
    /// Where it ends; the character there is no longer part of it.
    pub end: u32,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_query;

    #[test]
    fn a_search_needs_words() {
        let check = |raw: &str, expect: &[&str]| {
            let problem = read_query::<Search>(raw).unwrap_err();
            let pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
            assert_eq!((problem.status(), pointers.as_slice()), (400, expect), "{raw}");
        };
        check("", &["?q"]);
        check("q=", &["?q"]);
        check(&format!("q={}", "x".repeat(1001)), &["?q"]);
        check("q=a&kind=person&limit=201", &["?limit", "?kind"]);
        check("q=a&since=yesterday&source=Zoom!&event_id=evt_1", &["?source", "?since", "?event_id"]);
        check("q=a&since=2026-02-02T00:00:00Z&until=2026-01-01T00:00:00Z", &["?until"]);
        let search = read_query::<Search>("q=budget+worries&kind=passage&limit=3&account=Acme").unwrap();
        let expected = Search {
            q: "budget worries".into(),
            limit: 3,
            kind: Some(HitKind::Passage),
            account: Some("Acme".into()),
            source: None,
            since: None,
            until: None,
            event_id: None,
        };
        assert_eq!(search, expected);
    }
}
