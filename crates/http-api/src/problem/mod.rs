//! Problem details (RFC 9457): the one shape of every error answer.
//!
//! A [`Problem`] is what a handler returns; [`Problem::body`] turns it into the document that is sent, and asks
//! for the trace id at that point, so that no answer can go out without one. What a problem says is public by
//! definition: internal causes go to the log, never in here.

mod code;
mod of_models;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub use code::Code;
pub use of_models::{ErrorForm, ModelErrorBody, Said};

/// The media type of every error answer.
pub const PROBLEM_MEDIA_TYPE: &str = "application/problem+json";

/// A refusal or failure, before it becomes an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    code: Code,
    detail: String,
    errors: Vec<FieldError>,
    headers: Vec<(&'static str, String)>,
    said: Option<Box<Said>>,
}

impl Problem {
    /// A problem of a registered code. `detail` is about this occurrence, in words that help its reader; it
    /// names no internal part and no other tenant's data.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let headers = match code {
            Code::AuthMissingCredentials => vec![("www-authenticate", r#"Bearer realm="weft""#.to_owned())],
            Code::AuthInvalidCredentials => {
                vec![("www-authenticate", r#"Bearer realm="weft", error="invalid_token""#.to_owned())]
            }
            _ => Vec::new(),
        };
        Self { code, detail: detail.into(), errors: Vec::new(), headers, said: None }
    }

    /// Adds the fields or parameters at fault.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors.extend(errors);
        self
    }

    /// Adds a response header, such as `allow`. Names are lower-case.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Adds what a model's server says of the request that it refuses.
    #[must_use]
    pub fn with_said(mut self, said: Said) -> Self {
        self.said = Some(Box::new(said));
        self
    }

    /// What a model's server says of the request, where it refused it.
    #[must_use]
    pub fn said(&self) -> Option<&Said> {
        self.said.as_deref()
    }

    /// Tells the caller after how many whole seconds a retry makes sense.
    #[must_use]
    pub fn with_retry_after(self, seconds: u32) -> Self {
        self.with_header("retry-after", seconds.to_string())
    }

    /// A credential without the scope that a route asks for: 403, and the scope in `WWW-Authenticate`
    /// (RFC 6750, section 3.1).
    #[must_use]
    pub fn missing_scope(scope: crate::Scope) -> Self {
        Self::new(Code::AuthMissingScope, format!("this API key has no `{scope}` scope")).with_header(
            "www-authenticate",
            format!(r#"Bearer realm="weft", error="insufficient_scope", scope="{scope}""#),
        )
    }

    /// The code.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.code.status()
    }

    /// What is said about this occurrence.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }

    /// The fields or parameters at fault.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        &self.errors
    }

    /// Headers that the answer carries besides the usual ones, names in lower case.
    #[must_use]
    pub fn headers(&self) -> &[(&'static str, String)] {
        &self.headers
    }

    /// The document to send, with the trace id of the request that it answers.
    #[must_use]
    pub fn body(self, trace_id: impl Into<String>) -> ProblemBody {
        ProblemBody {
            kind: self.code.type_uri(),
            title: self.code.title().to_owned(),
            status: self.code.status(),
            detail: self.detail,
            code: self.code.as_str().to_owned(),
            trace_id: trace_id.into(),
            errors: self.errors,
            error: None,
        }
    }
}

/// One field or parameter at fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// A JSON pointer (RFC 6901) into the request body, or `?` and the name of a query parameter, or a header's
    /// name and a colon. The empty pointer is the whole body.
    #[schema(example = "/schedule/every")]
    pub pointer: String,
    /// What is wrong with it and what would be right.
    #[schema(example = "must be between 1 second and 366 days")]
    pub detail: String,
}

/// An error answer, as `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A reference to this kind of problem's description on the page at `/docs`.
    #[serde(rename = "type")]
    #[schema(format = "uri-reference", example = "/docs#problem-event.not_found")]
    pub kind: String,
    /// The kind of problem in a few words, the same at each occurrence.
    #[schema(example = "Event not found")]
    pub title: String,
    /// The HTTP status, repeated.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// What happened this time.
    #[schema(example = "no event of this tenant has the id `evt_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f`")]
    pub detail: String,
    /// The kind of problem for programs: stable for ever, one of the list at `/docs`.
    #[schema(pattern = r"^[a-z]+\.[a-z_]+$", example = "event.not_found")]
    pub code: String,
    /// The request's trace id, also in `x-trace-id`: quote it when asking for help.
    #[schema(pattern = "^[0-9a-f]{32}$", example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    pub trace_id: String,
    /// For bad input, each field or parameter at fault. Absent otherwise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// On the routes of models, the same for OpenAI's and Anthropic's clients. Absent otherwise. For the latter `type` is
    /// `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub error: Option<ModelErrorBody>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_has_the_members_of_rfc_9457_and_no_empty_error_list() {
        let problem = Problem::new(Code::EventNotFound, "no such event");
        let json = serde_json::to_value(problem.body("4bf92f3577b34da6a3ce929d0e0e4736")).unwrap();
        assert_eq!(
            json,
            serde_json::json!({
                "type": "/docs#problem-event.not_found",
                "title": "Event not found",
                "status": 404,
                "detail": "no such event",
                "code": "event.not_found",
                "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            })
        );
    }

    #[test]
    fn credentials_problems_carry_a_challenge() {
        let check = |problem: Problem, expect: &str| {
            assert_eq!(problem.headers(), [("www-authenticate", expect.to_owned())]);
        };
        check(Problem::new(Code::AuthMissingCredentials, ""), r#"Bearer realm="weft""#);
        check(
            Problem::missing_scope(crate::Scope::JobsWrite),
            r#"Bearer realm="weft", error="insufficient_scope", scope="jobs:write""#,
        );
    }
}
