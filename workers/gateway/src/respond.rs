//! Answers before they are handed to the platform, and the headers that all of them have.

use std::borrow::Cow;

use http_api::Problem;
use http_api::problem::{ErrorForm, PROBLEM_MEDIA_TYPE};
use serde::Serialize;

use crate::failure::Failure;

/// What a handler gives.
pub type Outcome = Result<Answer, Failure>;

/// What every answer but a page of ours allows a browser: nothing. Raw payloads are what strangers sent.
const NOTHING: &str = "default-src 'none'; frame-ancestors 'none'; sandbox";

/// Two years, as browsers' preload lists ask. Over plain HTTP, as locally, browsers pass it over.
const SECURE_ONLY: &str = "max-age=63072000; includeSubDomains";

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(&'static str, String)>,
    /// The body.
    pub body: Cow<'static, [u8]>,
}

impl Answer {
    /// A body of a media type.
    pub fn new(status: u16, media_type: impl Into<String>, body: impl Into<Cow<'static, [u8]>>) -> Self {
        Self { status, headers: vec![("content-type", media_type.into())], body: body.into() }
    }

    /// No body.
    #[must_use]
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Cow::Borrowed(&[]) }
    }

    /// A value as JSON.
    ///
    /// # Errors
    /// [`Failure::internal`] when the value has no JSON form.
    pub fn json(status: u16, value: &impl Serialize) -> Outcome {
        let body = serde_json::to_vec(value).map_err(Failure::internal)?;
        Ok(Self::new(status, "application/json", body))
    }

    /// A problem as its document, with the headers that it brings.
    #[must_use]
    pub fn problem(problem: Problem, trace_id: &str) -> Self {
        Self::problem_for(None, problem, trace_id)
    }

    /// The same, which clients of models read as well where the route has a form of theirs.
    #[must_use]
    pub fn problem_for(form: Option<ErrorForm>, problem: Problem, trace_id: &str) -> Self {
        let status = problem.status();
        let headers = problem.headers().to_vec();
        let said = problem.said().cloned();
        let body = problem.body(trace_id);
        let body = match form {
            Some(form) => body.for_clients(form, said),
            None => body,
        };
        // Text, numbers and lists of texts: there is nothing in them that JSON cannot say.
        let body = serde_json::to_vec(&body).unwrap_or_default();
        let mut answer = Self::new(status, PROBLEM_MEDIA_TYPE, body);
        answer.headers.extend(headers);
        answer
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

    /// Adds what every answer has: the request's own id and its trace's, and headers against guessing of types,
    /// caching, embedding and plain HTTP where the handler decided nothing else.
    #[must_use]
    pub fn finished(mut self, trace_id: &str, request_id: &str) -> Self {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("cache-control", "no-store"),
            ("content-security-policy", NOTHING),
            ("referrer-policy", "no-referrer"),
            ("strict-transport-security", SECURE_ONLY),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            if self.header(name).is_none() {
                self.headers.push((name, value.to_owned()));
            }
        }
        self.with("x-trace-id", trace_id).with("x-request-id", request_id)
    }
}

#[cfg(test)]
mod tests {
    use http_api::Code;

    use super::*;

    #[test]
    fn a_problem_is_a_document_with_its_own_headers() {
        let problem = Problem::new(Code::ServiceUnavailable, "down").with_retry_after(5);
        let answer = Answer::problem(problem, "abc").finished("abc", "r1");
        assert_eq!((answer.status, answer.header("retry-after")), (503, Some("5")));
        assert_eq!(answer.header("content-type"), Some("application/problem+json"));
        assert_eq!((answer.header("x-trace-id"), answer.header("x-request-id")), (Some("abc"), Some("r1")));
        let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!((&body["code"], &body["trace_id"]), (&"service.unavailable".into(), &"abc".into()));
    }

    #[test]
    fn what_a_handler_decided_stays() {
        let answer = Answer::empty(204).with("cache-control", "public, max-age=60").finished("abc", "r1");
        assert_eq!(answer.header("cache-control"), Some("public, max-age=60"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
    }
}
