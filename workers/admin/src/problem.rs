//! What the console refuses, and why. The document is the one of the public surface; the codes are the console's own.

use http_api::problem::{FieldError, ProblemBody};
use mesh::CallError;
use serde::Serialize;
use serde_json::value::RawValue;

/// A kind of problem. A code that has been sent once keeps its meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The request carries no Access token.
    TokenMissing,
    /// It carries one that does not pass.
    TokenInvalid,
    /// The actor is known and may not do this.
    RoleMissing,
    /// The team's keys cannot be had, so that nobody can be recognized.
    KeysUnavailable,
    /// This deployment does not say whose tokens to accept. The console stays shut.
    NotConfigured,
    /// Nothing is served at this path.
    RouteNotFound,
    /// The path exists, without this method.
    MethodNotAllowed,
    /// Another site's page asked for a change, with the operator's cookie.
    CrossSite,
    /// A query parameter that cannot be understood.
    BadQuery,
    /// A header that cannot be understood.
    BadHeader,
    /// A body that is no JSON.
    MalformedJson,
    /// A body that is JSON and not what the route takes.
    Invalid,
    /// A body that is longer than the route takes.
    TooLarge,
    /// A body of another type.
    MediaType,
    /// An idempotency key that asked for something else before.
    KeyReused,
    /// There is no such tenant.
    TenantNotFound,
    /// Another tenant has the slug.
    SlugTaken,
    /// Somebody else changed it since it was shown.
    Stale,
    /// There is no such proposal.
    ProposalNotFound,
    /// It takes another person.
    NotYours,
    /// What a proposal would touch is no longer what was shown.
    Outdated,
    /// There is no such erasure.
    ErasureNotFound,
    /// There is no such archived call of a model.
    AiCallNotFound,
    /// An erasure has no certificate yet.
    NotDone,
    /// There is no such dead letter.
    DeadLetterNotFound,
    /// There is no such group of dead letters, or redrive.
    RedriveNotFound,
    /// Nothing is on record of a trace.
    TraceNotFound,
    /// There is no such event.
    EventNotFound,
    /// The tenant has no such job.
    JobNotFound,
    /// The tenant has no such API key.
    KeyNotFound,
    /// There is no such instance of a workflow.
    WorkflowNotFound,
    /// The tenant has no such approval.
    ApprovalNotFound,
    /// The tenant has no such subscription.
    SubscriptionNotFound,
    /// The tenant has no such delivery.
    DeliveryNotFound,
    /// It is not in a state for what is asked.
    NotPossible,
    /// What died cannot be run again.
    NotReplayable,
    /// A Worker below does not answer.
    Unavailable,
    /// Something unforeseen.
    Internal,
}

impl Code {
    /// The stable text.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TokenMissing => "access.token_missing",
            Self::TokenInvalid => "access.token_invalid",
            Self::RoleMissing => "access.role_missing",
            Self::KeysUnavailable => "access.keys_unavailable",
            Self::NotConfigured => "access.not_configured",
            Self::RouteNotFound => "route.not_found",
            Self::MethodNotAllowed => "route.method_not_allowed",
            Self::CrossSite => "access.cross_site",
            Self::BadQuery => "request.invalid_parameter",
            Self::BadHeader => "request.invalid_header",
            Self::MalformedJson => "request.malformed_json",
            Self::Invalid => "request.invalid",
            Self::TooLarge => "request.too_large",
            Self::MediaType => "request.unsupported_media_type",
            Self::KeyReused => "idempotency.key_reused",
            Self::TenantNotFound => "tenant.not_found",
            Self::SlugTaken => "tenant.slug_taken",
            Self::Stale => "request.stale",
            Self::ProposalNotFound => "proposal.not_found",
            Self::NotYours => "proposal.not_yours",
            Self::Outdated => "proposal.outdated",
            Self::ErasureNotFound => "erasure.not_found",
            Self::AiCallNotFound => "ai_call.not_found",
            Self::NotDone => "erasure.not_done",
            Self::DeadLetterNotFound => "dead_letter.not_found",
            Self::RedriveNotFound => "redrive.not_found",
            Self::TraceNotFound => "trace.not_found",
            Self::EventNotFound => "event.not_found",
            Self::JobNotFound => "job.not_found",
            Self::KeyNotFound => "key.not_found",
            Self::WorkflowNotFound => "workflow.not_found",
            Self::ApprovalNotFound => "approval.not_found",
            Self::SubscriptionNotFound => "subscription.not_found",
            Self::DeliveryNotFound => "delivery.not_found",
            Self::NotPossible => "request.not_possible",
            Self::NotReplayable => "dead_letter.not_replayable",
            Self::Unavailable => "service.unavailable",
            Self::Internal => "internal.error",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub const fn status(self) -> u16 {
        match self {
            Self::TokenMissing | Self::TokenInvalid => 401,
            Self::BadQuery | Self::BadHeader | Self::MalformedJson => 400,
            Self::RoleMissing | Self::CrossSite | Self::NotYours => 403,
            Self::RouteNotFound
            | Self::DeadLetterNotFound
            | Self::RedriveNotFound
            | Self::TraceNotFound
            | Self::EventNotFound
            | Self::JobNotFound
            | Self::KeyNotFound
            | Self::WorkflowNotFound
            | Self::ApprovalNotFound
            | Self::SubscriptionNotFound
            | Self::DeliveryNotFound
            | Self::TenantNotFound
            | Self::ProposalNotFound
            | Self::AiCallNotFound
            | Self::ErasureNotFound => 404,
            Self::MethodNotAllowed => 405,
            Self::NotReplayable
            | Self::NotDone
            | Self::SlugTaken
            | Self::Stale
            | Self::Outdated
            | Self::NotPossible => 409,
            Self::TooLarge => 413,
            Self::MediaType => 415,
            Self::Invalid | Self::KeyReused => 422,
            Self::Internal => 500,
            Self::KeysUnavailable | Self::NotConfigured | Self::Unavailable => 503,
        }
    }

    /// The kind of problem in a few words.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::TokenMissing => "Sign in first",
            Self::TokenInvalid => "Sign in again",
            Self::RoleMissing => "No role for this",
            Self::KeysUnavailable => "Sign-in cannot be checked now",
            Self::NotConfigured => "The console is not set up",
            Self::RouteNotFound => "Nothing here",
            Self::MethodNotAllowed => "Method not allowed",
            Self::CrossSite => "Asked for by another site",
            Self::BadQuery => "A parameter cannot be understood",
            Self::BadHeader => "A header cannot be understood",
            Self::MalformedJson => "Malformed JSON",
            Self::Invalid => "Invalid request",
            Self::TooLarge => "Body too large",
            Self::MediaType => "Unsupported media type",
            Self::KeyReused => "Idempotency key used before",
            Self::TenantNotFound => "No such tenant",
            Self::SlugTaken => "The slug is taken",
            Self::Stale => "Changed by somebody else",
            Self::ProposalNotFound => "No such proposal",
            Self::NotYours => "It takes two",
            Self::Outdated => "Not what was shown any more",
            Self::ErasureNotFound => "No such erasure",
            Self::AiCallNotFound => "No such archived call",
            Self::NotDone => "Not done yet",
            Self::DeadLetterNotFound => "No such dead letter",
            Self::RedriveNotFound => "No such group or redrive",
            Self::TraceNotFound => "Nothing of this trace",
            Self::EventNotFound => "No such event",
            Self::JobNotFound => "No such job",
            Self::KeyNotFound => "No such key",
            Self::WorkflowNotFound => "No such instance",
            Self::ApprovalNotFound => "No such approval",
            Self::SubscriptionNotFound => "No such subscription",
            Self::DeliveryNotFound => "No such delivery",
            Self::NotPossible => "Not possible as it stands",
            Self::NotReplayable => "Cannot be replayed",
            Self::Unavailable => "A Worker does not answer",
            Self::Internal => "Internal error",
        }
    }
}

/// A refusal or failure, before it becomes an answer.
#[derive(Debug, Clone)]
pub struct Problem {
    /// What kind.
    pub code: Code,
    /// What happened this time, for whoever asked.
    pub detail: String,
    /// What is wrong with which parameter.
    pub errors: Vec<FieldError>,
    /// What is behind it, for the log only.
    pub cause: Option<String>,
    /// How that is now which somebody else changed, as JSON.
    pub current: Option<Box<RawValue>>,
    /// Headers of its own.
    pub headers: Vec<(&'static str, String)>,
}

impl PartialEq for Problem {
    fn eq(&self, other: &Self) -> bool {
        let fields = |problem: &Self| {
            let Self { code, detail, errors, cause, current, headers } = problem.clone();
            (code, detail, errors, cause, current.map(|json| json.get().to_owned()), headers)
        };
        fields(self) == fields(other)
    }
}

impl Eq for Problem {}

/// A problem's document, with how things are now where somebody else changed them.
#[derive(Debug, Serialize)]
pub struct Document<'a> {
    #[serde(flatten)]
    body: ProblemBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    current: Option<&'a RawValue>,
}

impl Problem {
    /// A problem; `detail` is shown to whoever asked, known or not.
    #[must_use]
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        let headers = match code {
            // A 401 must name a scheme (RFC 9110, section 11.6.1); this one is the token's, which no client knows.
            Code::TokenMissing | Code::TokenInvalid => {
                vec![("www-authenticate", r#"Cloudflare-Access realm="weft-admin""#.to_owned())]
            }
            Code::KeysUnavailable | Code::Unavailable => vec![("retry-after", "5".to_owned())],
            _ => Vec::new(),
        };
        Self { code, detail: detail.into(), errors: Vec::new(), cause: None, current: None, headers }
    }

    /// A query that cannot be read, in the words of the public surface.
    #[must_use]
    pub fn of_query(problem: http_api::Problem) -> Self {
        let body = problem.body("");
        Self { errors: body.errors, ..Self::new(Code::BadQuery, body.detail) }
    }

    /// A body that cannot be read, in the words of the public surface.
    #[must_use]
    pub fn of_body(problem: http_api::Problem) -> Self {
        let code = match problem.code() {
            http_api::problem::Code::RequestMalformedJson => Code::MalformedJson,
            _ => Code::Invalid,
        };
        let body = problem.body("");
        Self { errors: body.errors, ..Self::new(code, body.detail) }
    }

    /// What a call that gave no reply, or the refusal that a store is down, means for the operator.
    #[must_use]
    pub fn of_call<E: std::error::Error + 'static>(error: &CallError<E>) -> Self {
        match error {
            CallError::ContractMismatch { .. }
            | CallError::Disallowed { .. }
            | CallError::Panicked { .. } => {
                Self::new(Code::Internal, "something unforeseen failed; it is logged under this trace id")
            }
            _ => Self::new(
                Code::Unavailable,
                "a Worker behind this route does not answer; try again in a few seconds",
            ),
        }
        .caused_by(error)
    }

    /// There is no tenant of this id: it is malformed.
    #[must_use]
    pub fn no_tenant() -> Self {
        Self::new(Code::TenantNotFound, "there is no tenant with this id")
    }

    /// The tenant has no API key of this id.
    #[must_use]
    pub fn no_key() -> Self {
        Self::new(Code::KeyNotFound, "the tenant has no API key with this id")
    }

    /// There is no proposal of this id.
    #[must_use]
    pub fn no_proposal() -> Self {
        Self::new(Code::ProposalNotFound, "there is no proposal with this id")
    }

    /// The tenant has no erasure of this id.
    #[must_use]
    pub fn no_erasure() -> Self {
        Self::new(Code::ErasureNotFound, "the tenant has no erasure with this id")
    }

    /// There is no such archived call of a model, or no longer.
    #[must_use]
    pub fn no_ai_call() -> Self {
        Self::new(Code::AiCallNotFound, "the tenant has no archived call with this id")
    }

    /// There is no group of dead letters or redrive of this name.
    #[must_use]
    pub fn no_redrive() -> Self {
        Self::new(Code::RedriveNotFound, "there is no group of dead letters and no redrive of this name")
    }

    /// Nothing is on record of a trace: malformed, unknown, or forgotten by now.
    #[must_use]
    pub fn no_trace() -> Self {
        Self::new(Code::TraceNotFound, "nothing is on record of a trace with this id")
    }

    /// There is no event of this id: malformed, unknown, or removed by now.
    #[must_use]
    pub fn no_event() -> Self {
        Self::new(Code::EventNotFound, "there is no event with this id")
    }

    /// The tenant has no job of this id.
    #[must_use]
    pub fn no_job() -> Self {
        Self::new(Code::JobNotFound, "the tenant has no job with this id")
    }

    /// There is no instance of this id: malformed, unknown, or removed by now.
    #[must_use]
    pub fn no_workflow() -> Self {
        Self::new(Code::WorkflowNotFound, "there is no instance of a workflow with this id")
    }

    /// The tenant has no approval of this id.
    #[must_use]
    pub fn no_approval() -> Self {
        Self::new(Code::ApprovalNotFound, "the tenant has no approval with this id")
    }

    /// The tenant has no subscription of this id.
    #[must_use]
    pub fn no_subscription() -> Self {
        Self::new(Code::SubscriptionNotFound, "the tenant has no subscription with this id")
    }

    /// The tenant has no delivery of this id.
    #[must_use]
    pub fn no_delivery() -> Self {
        Self::new(
            Code::DeliveryNotFound,
            "the tenant has no delivery with this id, or it is forgotten by now",
        )
    }

    /// There is no dead letter of this id: malformed, unknown, or forgotten by now.
    #[must_use]
    pub fn no_dead_letter() -> Self {
        Self::new(Code::DeadLetterNotFound, "there is no dead letter with this id")
    }

    /// Says which parameter (`?name`) is wrong, and how.
    #[must_use]
    pub fn about(mut self, pointer: &str, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.to_owned(), detail: detail.into() });
        self
    }

    /// Adds what is behind it: the error and its sources, for the log.
    #[must_use]
    pub fn caused_by(mut self, error: &dyn std::error::Error) -> Self {
        let chain = std::iter::successors(Some(error), |error| error.source());
        self.cause = Some(chain.map(ToString::to_string).collect::<Vec<_>>().join(": "));
        self
    }

    /// Adds a response header; names are lower-case.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The document (RFC 9457). No page describes the console's codes one by one, hence `about:blank`.
    #[must_use]
    pub fn body(&self, trace_id: &str) -> Document<'_> {
        let body = ProblemBody {
            kind: "about:blank".into(),
            title: self.code.title().into(),
            status: self.code.status(),
            detail: self.detail.clone(),
            code: self.code.as_str().into(),
            trace_id: trace_id.into(),
            errors: self.errors.clone(),
            error: None,
        };
        Document { body, current: self.current.as_deref() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_the_members_of_the_public_surface_and_not_the_cause() {
        let error = std::io::Error::other("the inner words");
        let problem = Problem::new(Code::TokenInvalid, "expired").caused_by(&error);
        assert_eq!(problem.cause.as_deref(), Some("the inner words"));
        assert_eq!(
            serde_json::to_value(problem.body("4bf92f3577b34da6a3ce929d0e0e4736")).unwrap(),
            serde_json::json!({
                "type": "about:blank", "title": "Sign in again", "status": 401, "detail": "expired",
                "code": "access.token_invalid", "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
            })
        );
    }
}
