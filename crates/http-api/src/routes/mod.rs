//! The table of operations: method, path, what a caller must show, what may be sent.
//!
//! The gateway's router is made from this table and dispatches on [`Operation`], with a `match` that the compiler
//! checks for completeness; the OpenAPI document is made from the same rows.

mod table;

use crate::Scope;
use crate::problem::{Code, ErrorForm};

pub use self::table::{Operation, ROUTES};

/// An HTTP method of the surface.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Method {
    /// `GET`. The gateway answers `HEAD` likewise, without a body.
    Get,
    /// `POST`.
    Post,
    /// `PUT`.
    Put,
    /// `PATCH`.
    Patch,
    /// `DELETE`.
    Delete,
}

impl Method {
    /// The method's name, as sent.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }
}

/// What a caller must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Public,
    /// The provider's own signature over the raw body.
    Signature,
    /// The address itself, which cannot be guessed.
    Address,
    /// An API key that carries this scope.
    Key(Scope),
}

/// Kinds of requests that are limited apart from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateClass {
    /// What looks something up.
    Read,
    /// What changes something.
    Write,
    /// Events over the API.
    Ingest,
    /// What costs much.
    Heavy,
    /// Deliveries to one webhook endpoint.
    Hook,
}

impl RateClass {
    /// Its name, as `RateLimit-Policy` has it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Ingest => "ingest",
            Self::Heavy => "heavy",
            Self::Hook => "hook",
        }
    }
}

/// What may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Body {
    /// Nothing; what is sent all the same is ignored.
    None,
    /// JSON, as `application/json` or another `application/…+json`.
    Json {
        /// The largest body, in bytes. A larger one is refused with 413 before it is read whole.
        max_bytes: usize,
    },
    /// What the provider sends, whatever media type it declares.
    Raw {
        /// The largest body, in bytes.
        max_bytes: usize,
    },
    /// Bytes of any media type, handed on as they come.
    Stream {
        /// The most bytes.
        max_bytes: usize,
    },
}

impl Body {
    /// The largest body, in bytes.
    #[must_use]
    pub const fn max_bytes(self) -> usize {
        match self {
            Self::None => 0,
            Self::Json { max_bytes } | Self::Raw { max_bytes } | Self::Stream { max_bytes } => max_bytes,
        }
    }
}

/// The largest event, over the API or by webhook: 8 MiB.
pub const MAX_EVENT_BYTES: usize = 8 * 1024 * 1024;
/// The largest description of a job: its payload and a little more.
pub const MAX_JOB_BYTES: usize = 96 * 1024;

/// The largest range to fill in.
pub const MAX_BACKFILL_BYTES: usize = 4 * 1024;

/// The largest ping: its message and what else a sender puts there, which is not kept.
pub const MAX_PING_BYTES: usize = 64 * 1024;

/// The largest parameters of a workflow, and the largest event to one.
pub const MAX_WORKFLOW_BYTES: usize = 128 * 1024;
/// The largest request for a report.
pub const MAX_REPORT_BYTES: usize = 16 * 1024;
/// The largest decision.
pub const MAX_DECISION_BYTES: usize = 16 * 1024;
/// The largest description of a rule.
pub const MAX_RULE_BYTES: usize = 64 * 1024;
/// The largest description of a subscription: its URL, its kinds and a little more.
pub const MAX_SUBSCRIPTION_BYTES: usize = 16 * 1024;

/// The largest description of a webhook endpoint: its settings and a public key.
pub const MAX_ENDPOINT_BYTES: usize = 16 * 1024;
/// The largest description of a history: how a list is walked, and two keys.
pub const MAX_HISTORY_BYTES: usize = 32 * 1024;
/// The largest description of an upload.
pub const MAX_UPLOAD_BYTES: usize = 16 * 1024;
/// The largest request to a model, images in it included: 8 MiB.
pub const MAX_MODEL_BYTES: usize = 8 * 1024 * 1024;
/// The largest file in one request, and the largest part of one: 100 MiB.
pub const MAX_FILE_BYTES: usize = 100 * 1024 * 1024;

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Route {
    /// Which operation it leads to.
    pub operation: Operation,
    /// Its name in the document, and in logs.
    pub id: &'static str,
    /// The method.
    pub method: Method,
    /// The path, with `{name}` for a part that varies.
    pub path: &'static str,
    /// The group that it is shown in.
    pub tag: &'static str,
    /// What a caller must show.
    pub access: Access,
    /// What may be sent.
    pub body: Body,
    /// Whether `Idempotency-Key` is honored.
    pub idempotent: bool,
    /// The status of the answer when all is well.
    pub success: u16,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else is worth knowing, in Markdown.
    pub description: &'static str,
    /// The problems that are its own, besides those which every route of its kind can have.
    problems: &'static [Code],
}
impl Route {
    /// Every problem that this route can answer with, in the order of the registry.
    #[must_use]
    pub fn problems(&self) -> Vec<Code> {
        Code::ALL
            .iter()
            .copied()
            .filter(|code| self.problems.contains(code) || self.has_by_kind(*code))
            .collect()
    }

    /// Whether any route of this kind can have the problem.
    fn has_by_kind(&self, code: Code) -> bool {
        let takes_body = !matches!(self.body, Body::None);
        let takes_json = matches!(self.body, Body::Json { .. });
        let reads_data = !matches!(self.access, Access::Public);
        match code {
            Code::AuthMissingCredentials
            | Code::AuthInvalidCredentials
            | Code::AuthMissingScope
            | Code::TenantSuspended
            | Code::OriginNotAllowed => matches!(self.access, Access::Key(_)),
            Code::RateLimited => reads_data,
            Code::QuotaExceeded => matches!(self.operation, Operation::SubmitEvent),
            Code::RequestMalformedJson | Code::RequestInvalid | Code::RequestUnsupportedMediaType => {
                takes_json
            }
            Code::RequestTooLarge => takes_body,
            Code::RequestInvalidParameter => self.takes_query(),
            Code::RequestInvalidHeader | Code::IdempotencyKeyReused => self.idempotent,
            Code::ServiceUnavailable | Code::InternalError => reads_data,
            _ => false,
        }
    }

    /// In which form its errors are read, where it is a route of models.
    #[must_use]
    pub const fn error_form(&self) -> Option<ErrorForm> {
        match self.operation {
            Operation::CreateChatCompletion
            | Operation::CreateEmbedding
            | Operation::ListModels
            | Operation::GetModel => Some(ErrorForm::OpenAi),
            Operation::CreateMessage => Some(ErrorForm::Anthropic),
            _ => None,
        }
    }

    /// Which of the tenant's limits a request counts against.
    #[must_use]
    pub const fn rate_class(&self) -> RateClass {
        match (self.operation, self.method) {
            (Operation::ReceiveHook, _) => RateClass::Hook,
            (Operation::SubmitEvent, _) => RateClass::Ingest,
            (Operation::Search | Operation::CreateReport | Operation::TestRule, _) => RateClass::Heavy,
            (_, Method::Get) => RateClass::Read,
            _ => RateClass::Write,
        }
    }

    fn takes_query(&self) -> bool {
        self.problems.contains(&Code::PageBadCursor)
            || matches!(
                self.operation,
                Operation::Search
                    | Operation::GetUsage
                    | Operation::Listen
                    | Operation::StoreFile
                    | Operation::GetAccount
                    | Operation::GetContact
            )
    }

    /// The names of the path's varying parts, in order.
    pub fn path_parameters(&self) -> impl Iterator<Item = &'static str> {
        self.path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn each_operation_leads_to_its_own_row_and_no_two_rows_share_an_address() {
        let mut addresses = HashSet::new();
        let mut ids = HashSet::new();
        for route in ROUTES {
            assert_eq!(route.operation.route().id, route.id);
            assert!(addresses.insert((route.method, route.path)), "{} twice", route.path);
            assert!(ids.insert(route.id), "{} twice", route.id);
        }
    }

    #[test]
    fn everything_under_v1_needs_a_key() {
        for route in ROUTES {
            let keyed = matches!(route.access, Access::Key(_));
            assert_eq!(keyed, route.path.starts_with("/v1/"), "{}", route.path);
        }
    }

    #[test]
    fn a_route_lists_the_problems_of_its_kind_and_its_own() {
        let check = |operation: Operation, expect: &[u16]| {
            let statuses: std::collections::BTreeSet<_> =
                operation.route().problems().into_iter().map(Code::status).collect();
            assert_eq!(statuses.into_iter().collect::<Vec<_>>(), expect, "{operation:?}");
        };
        check(Operation::GetHealth, &[]);
        check(Operation::ReceiveHook, &[400, 401, 404, 413, 429, 500, 503]);
        check(Operation::SubmitEvent, &[400, 401, 403, 413, 415, 422, 429, 500, 503]);
        check(Operation::ListSignals, &[400, 401, 403, 429, 500, 503]);
        check(Operation::GetUsage, &[400, 401, 403, 429, 500, 503]);
        check(Operation::CreateJob, &[400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503]);
        check(Operation::DeleteJob, &[401, 403, 404, 429, 500, 503]);
    }
}
