//! An answer before it is handed to the platform.

use http_api::problem::PROBLEM_MEDIA_TYPE;
use maud::Markup;
use serde::Serialize;

use crate::pages;
use crate::problem::Problem;

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: String,
}

impl Answer {
    /// A page.
    #[must_use]
    pub fn page(status: u16, page: Markup) -> Self {
        Self::new(status, "text/html; charset=utf-8", page.into_string())
            .with("content-security-policy", pages::content_security_policy())
    }

    /// To another page, after a form did what it asked for.
    #[must_use]
    pub fn seen_at(path: &str) -> Self {
        Self::new(303, "text/plain; charset=utf-8", String::new()).with("location", path)
    }

    /// JSON.
    #[must_use]
    pub fn json(value: &impl Serialize) -> Self {
        Self::new(200, "application/json", text(value)).with("content-security-policy", NOTHING)
    }

    /// JSON that is text already, to be passed on byte for byte.
    #[must_use]
    pub fn json_text(text: String) -> Self {
        Self::new(200, "application/json", text).with("content-security-policy", NOTHING)
    }

    /// Comma-separated values.
    #[must_use]
    pub fn csv(lines: String) -> Self {
        Self::new(200, "text/csv; charset=utf-8", lines).with("content-security-policy", NOTHING)
    }

    /// JSON texts, one a line.
    #[must_use]
    pub fn json_lines(lines: String) -> Self {
        Self::new(200, "application/x-ndjson", lines).with("content-security-policy", NOTHING)
    }

    /// A problem as a document.
    #[must_use]
    pub fn problem(problem: &Problem, trace_id: &str) -> Self {
        Self::new(problem.code.status(), PROBLEM_MEDIA_TYPE, text(&problem.body(trace_id)))
            .with("content-security-policy", NOTHING)
    }

    /// For good, to another path of the console.
    #[must_use]
    pub fn moved(path: &str) -> Self {
        Self::new(308, "text/plain; charset=utf-8", String::new()).with("location", path)
    }

    fn new(status: u16, media_type: &str, body: String) -> Self {
        // What operators see is for them, now: not for caches, frames, other sites or guessers of types.
        let headers = vec![
            ("content-type", media_type.to_owned()),
            ("cache-control", "no-store".to_owned()),
            ("cross-origin-opener-policy", "same-origin".to_owned()),
            ("cross-origin-resource-policy", "same-origin".to_owned()),
            // To the console itself alone: with none at all, a browser would hide from it where its own forms come from.
            ("referrer-policy", "same-origin".to_owned()),
            ("vary", "accept".to_owned()),
            ("x-content-type-options", "nosniff".to_owned()),
        ];
        Self { status, headers, body }
    }

    /// With another status.
    #[must_use]
    pub fn with_status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The value of a header.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// For what is no page.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'";

fn text(value: &impl Serialize) -> String {
    // Records of text and numbers: there is nothing in them that JSON cannot say.
    serde_json::to_string(value).unwrap_or_default()
}
