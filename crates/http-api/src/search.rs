//! Search over passages and signals, by words and by meaning.

use ids::EventId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::request::{FromQuery, Query, TextRule};
use crate::schema;

/// The query of `GET /v1/search`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Search {
    /// What to look for, in your own words.
    #[param(min_length = 1, max_length = 1000, example = "worried about the migration effort")]
    pub q: String,
    /// At most this many hits.
    #[param(required = false, minimum = 1, maximum = 200, default = 50)]
    pub limit: u32,
    /// Only hits of this kind.
    pub kind: Option<HitKind>,
}

impl FromQuery for Search {
    fn read(query: &Query) -> Option<Self> {
        let q = query.required_text("q", TextRule::line(1000));
        let limit = query.limit();
        let kind = query.value("kind");
        Some(Self { q: q?, limit, kind })
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
    /// The turn of a passage that fits the query best, verbatim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub highlight: Option<String>,
    /// The event it is from.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
    /// The customer's company, by name or domain; `null` where the event does not tell.
    #[schema(required, example = "northwind.example")]
    pub account: Option<String>,
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
        let search = read_query::<Search>("q=budget+worries&kind=passage&limit=3").unwrap();
        assert_eq!(search, Search { q: "budget worries".into(), limit: 3, kind: Some(HitKind::Passage) });
    }
}
