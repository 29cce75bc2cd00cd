//! What goes wrong, in two halves that never meet: the problem that the client gets, and the cause for the log.

use contracts::pipeline::files::FileError;
use contracts::pipeline::live::LiveError;
use contracts::pipeline::models::{ModelError, RequestFault};
use contracts::pipeline::rules::RuleError;
use contracts::pipeline::subscriptions::SubscriptionError;
use contracts::pipeline::workflows::{
    ApprovalError, CrmError, Fault, HistoryError, ReportError, WorkflowError,
};
use contracts::pipeline::{IngestEventError, ReadEventError, ReadSignalError, SearchError};
use contracts::scheduler::JobError;
use http_api::problem::{FieldError, Said};
use http_api::{Code, Problem};
use mesh::CallError;

/// After how many seconds a client should try again when a service is down.
const RETRY_AFTER_S: u32 = 5;

/// A request that was refused or failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What the client gets.
    pub problem: Problem,
    /// What operators read in the log; none where the problem says it all.
    pub cause: Option<String>,
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self { problem, cause: None }
    }
}

impl Failure {
    /// Something unforeseen.
    pub fn internal(cause: impl ToString) -> Self {
        let detail = "something unforeseen failed; it is logged under this trace id";
        Self { problem: Problem::new(Code::InternalError, detail), cause: Some(cause.to_string()) }
    }

    /// Something that the route needs does not answer.
    pub fn unavailable(cause: impl ToString) -> Self {
        let detail = "a service behind this route does not answer; try again in a few seconds";
        let problem = Problem::new(Code::ServiceUnavailable, detail).with_retry_after(RETRY_AFTER_S);
        Self { problem, cause: Some(cause.to_string()) }
    }

    /// The same problem with a cause for the log.
    #[must_use]
    pub fn because(mut self, cause: impl ToString) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
}

/// The tenant has no such thing: the same words whether the id is malformed, unknown or another tenant's.
#[must_use]
pub fn not_found(code: Code) -> Failure {
    let what = code.as_str().split_once('.').map_or("thing", |(noun, _)| noun);
    Problem::new(code, format!("there is no {what} with this id")).into()
}

/// A service's refusal in the public surface's words.
pub trait Refusal {
    /// Turns it into what the client gets.
    fn into_failure(self) -> Failure;
}

/// What a call that gave no reply means for the client.
pub fn failed<E: Refusal + std::fmt::Display>(error: CallError<E>) -> Failure {
    match error {
        CallError::Refused(refusal) => refusal.into_failure(),
        error @ (CallError::Unreachable { .. }
        | CallError::Overloaded { .. }
        | CallError::TimedOut { .. }
        | CallError::Failed { .. }) => Failure::unavailable(error),
        // A bug of ours, which trying again does not mend.
        error @ (CallError::ContractMismatch { .. }
        | CallError::Disallowed { .. }
        | CallError::Panicked { .. }) => Failure::internal(error),
    }
}

impl Refusal for IngestEventError {
    fn into_failure(self) -> Failure {
        match self {
            Self::TooLarge { limit } => too_large(limit as usize).into(),
            Self::NotJson { detail } => {
                Problem::new(Code::RequestMalformedJson, format!("the body is not JSON: {detail}")).into()
            }
            Self::KeyReused => key_reused(),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for ReadEventError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::EventNotFound),
            Self::NoText { detail } => {
                Problem::new(Code::EventNoText, format!("no text was taken from the event: {detail}")).into()
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for ReadSignalError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::SignalNotFound),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for SearchError {
    fn into_failure(self) -> Failure {
        match self {
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for WorkflowError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::WorkflowNotFound),
            Self::Invalid { faults } => invalid_fields(fields(faults)).into(),
            Self::KeyReused => key_reused(),
            Self::Ended { status } => {
                Problem::new(Code::WorkflowEnded, format!("the run has ended: it is `{status}`")).into()
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for HistoryError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => {
                let detail = "the endpoint has no history: set one up with `PUT` here";
                Problem::new(Code::EndpointNoHistory, detail).into()
            }
            Self::Invalid { faults } => invalid_fields(fields(faults)).into(),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for ApprovalError {
    fn into_failure(self) -> Failure {
        let problem = |code, detail: String| Failure::from(Problem::new(code, detail));
        match self {
            Self::NotFound => not_found(Code::ApprovalNotFound),
            Self::Invalid { faults } => invalid_fields(fields(faults)).into(),
            Self::Changed { content_hash } => {
                let detail = format!(
                    "what is asked now has the `content_hash` `{content_hash}`: show it, and ask again"
                );
                problem(Code::ApprovalChanged, detail)
            }
            Self::NotAsked { approver } => {
                problem(Code::ApprovalNotAsked, format!("`{approver}` is not among those who are asked"))
            }
            Self::Decided { approver, choice } => {
                problem(Code::ApprovalDecided, format!("`{approver}` has decided to {choice}"))
            }
            Self::Concluded { status } => {
                problem(Code::ApprovalConcluded, format!("the approval is `{status}`"))
            }
            Self::TooManyRevisions { limit } => {
                problem(Code::ApprovalTooManyRevisions, format!("a proposal may have {limit} revisions"))
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for FileError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::FileNotFound),
            Self::UploadNotFound => {
                Problem::new(Code::FileUploadNotFound, "there is no upload with this id").into()
            }
            Self::Invalid { pointer, detail } => invalid(Code::RequestInvalid, pointer, detail).into(),
            Self::ChecksumMismatch => {
                let detail = "the bytes have another SHA-256 than was said; nothing was stored";
                Problem::new(Code::FileChecksumMismatch, detail).into()
            }
            Self::Incomplete => {
                let detail = "the body broke off, or has another length than was said; nothing was stored";
                Problem::new(Code::FileIncomplete, detail).into()
            }
            Self::TooLarge { limit } => too_large(usize::try_from(limit).unwrap_or(usize::MAX)).into(),
            Self::QuotaExceeded { used, limit } => {
                let detail = format!("the files of this tenant take {used} of {limit} bytes");
                Problem::new(Code::FileQuotaExceeded, detail).into()
            }
            Self::PartsMissing { missing, first } => {
                let detail = format!("{missing} parts are missing, the first of them is {first}");
                Problem::new(Code::FilePartsMissing, detail).into()
            }
            Self::KeyReused => key_reused(),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for CrmError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::AccountNotFound),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for ReportError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::ReportNotFound),
            Self::NotMade { status } => {
                Problem::new(Code::ReportNotMade, format!("the report is `{status}`")).into()
            }
            Self::NoPdf { reason } => {
                Problem::new(Code::ReportNoPdf, format!("there is no PDF of this report: {reason}")).into()
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

fn fields(faults: Vec<Fault>) -> Vec<FieldError> {
    faults.into_iter().map(|Fault { pointer, detail }| FieldError { pointer, detail }).collect()
}

impl Refusal for JobError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::JobNotFound),
            Self::Invalid { pointer, detail } => {
                let schedule = pointer.starts_with("/schedule");
                let code = if schedule { Code::JobInvalidSchedule } else { Code::RequestInvalid };
                invalid(code, pointer, detail).into()
            }
            Self::KeyReused => key_reused(),
            Self::TooMany { limit } => {
                let detail = format!("this tenant has {limit} jobs, which is as many as it may have");
                Problem::new(Code::JobLimitReached, detail).into()
            }
            Self::Changed { version } => {
                let detail = format!("the job is of version {version} now: read it and change that");
                Problem::new(Code::JobChanged, detail).into()
            }
            Self::Heartbeat => {
                let detail = "the job is a heartbeat: it is pinged, and does not run";
                Problem::new(Code::JobHeartbeat, detail).into()
            }
            Self::NoHeartbeat => {
                let detail = "the job is no heartbeat: make one whose task is `{\"kind\": \"heartbeat\"}`";
                Problem::new(Code::JobNoHeartbeat, detail).into()
            }
            Self::NoRequest => {
                let detail = "the job makes no HTTP requests: make one whose task is `{\"kind\": \"http\"}`";
                Problem::new(Code::JobNoRequest, detail).into()
            }
            Self::TooManyPings { most, within_s } => {
                let detail = format!("a job takes {most} pings within {within_s} seconds");
                Problem::new(Code::RateLimited, detail).with_retry_after(within_s).into()
            }
            Self::BackfillNotFound => not_found(Code::JobBackfillNotFound),
            Self::BackfillRunning { backfill_id } => {
                let detail = format!("`{backfill_id}` is not over: wait for it, or cancel it");
                Problem::new(Code::JobBackfillRunning, detail).into()
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for RuleError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::RuleNotFound),
            Self::AlertNotFound => not_found(Code::AlertNotFound),
            Self::TaskNotFound => not_found(Code::TaskNotFound),
            Self::EventNotFound => not_found(Code::EventNotFound),
            Self::Invalid { faults } => invalid_fields(fields(faults)).into(),
            Self::KeyReused => key_reused(),
            Self::Changed { version } => {
                let detail = format!("the rule is of version {version} now: read it and change that");
                Problem::new(Code::RuleChanged, detail).into()
            }
            Self::TooMany { limit } => {
                let detail = format!("this tenant has {limit} rules, which is as many as it may have");
                Problem::new(Code::RuleLimitReached, detail).into()
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for ModelError {
    fn into_failure(self) -> Failure {
        let waiting = |problem: Problem, seconds: Option<u64>| match seconds {
            Some(seconds) => problem.with_retry_after(u32::try_from(seconds).unwrap_or(u32::MAX)),
            None => problem,
        };
        // OpenAI's and Anthropic's clients heed it.
        let for_good = |problem: Problem| problem.with_header("x-should-retry", "false");
        let unset = "no server of models is configured: set `AI_BASE_URL` of the pipeline to an OpenAI-compatible server, \
                     or `AI_ROUTES` to several";
        match self {
            Self::NotConfigured => for_good(Problem::new(Code::AiNotConfigured, unset)).into(),
            Self::Misconfigured { detail } => {
                let told = "the configuration of models cannot be used; its operator reads why in the pipeline's log";
                Failure::from(for_good(Problem::new(Code::AiNotConfigured, told))).because(detail)
            }
            Self::NotJson { detail } => {
                Problem::new(Code::RequestMalformedJson, format!("the body is not JSON: {detail}")).into()
            }
            Self::Invalid { faults } => {
                let field = |RequestFault { pointer, detail }| FieldError { pointer, detail };
                invalid_fields(faults.into_iter().map(field).collect()).into()
            }
            Self::UnknownModel { model } => {
                let detail =
                    format!("there is no model `{model}`; `GET /v1/models` lists those that there are");
                Problem::new(Code::AiModelNotFound, detail).into()
            }
            Self::NotAllowed { model } => {
                let detail = format!("the model `{model}` is not among those that may be asked");
                Problem::new(Code::AiModelNotAllowed, detail).into()
            }
            Self::Budget { detail, wait, retry_after_s, resets_at } => {
                let detail = match resets_at {
                    Some(time) => {
                        format!(
                            "{detail}; it begins anew at {}",
                            http_api::Timestamp::from_unix_ms(time.unix_ms())
                        )
                    }
                    None => detail,
                };
                if wait {
                    waiting(Problem::new(Code::AiBudgetBusy, detail), retry_after_s.or(Some(1))).into()
                } else {
                    for_good(Problem::new(Code::AiBudgetSpent, detail)).into()
                }
            }
            Self::Refused { message, code, param } => {
                Problem::new(Code::AiRequestRefused, message).with_said(Said { code, param }).into()
            }
            Self::RateLimited { message, retry_after_s } => {
                waiting(Problem::new(Code::AiRateLimited, message), retry_after_s).into()
            }
            Self::Failed { message, retry_after_s, retry } => {
                let detail = format!("the model's server gave no answer: {message}");
                let problem = Problem::new(Code::AiUpstreamFailed, detail);
                let problem = if retry { waiting(problem, retry_after_s) } else { for_good(problem) };
                Failure::from(problem).because(message)
            }
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for LiveError {
    fn into_failure(self) -> Failure {
        match self {
            Self::BadTicket => crate::middleware::auth::invalid("bad_ticket"),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

impl Refusal for SubscriptionError {
    fn into_failure(self) -> Failure {
        match self {
            Self::NotFound => not_found(Code::SubscriptionNotFound),
            Self::DeliveryNotFound => not_found(Code::DeliveryNotFound),
            Self::Invalid { pointer, detail } => {
                invalid(http_api::subscriptions::code_of(&pointer), pointer, detail).into()
            }
            Self::KeyReused => key_reused(),
            Self::TooMany { limit } => {
                let detail =
                    format!("this tenant has {limit} subscriptions, which is as many as it may have");
                Problem::new(Code::SubscriptionLimitReached, detail).into()
            }
            Self::Conflict { detail } => Problem::new(Code::SubscriptionDisabled, detail).into(),
            error @ Self::Unavailable { .. } => Failure::unavailable(error),
        }
    }
}

/// One field at fault.
pub fn invalid(code: Code, pointer: impl Into<String>, detail: impl Into<String>) -> Problem {
    let error = FieldError { pointer: pointer.into(), detail: detail.into() };
    Problem::new(code, format!("`{}` {}", error.pointer, error.detail)).with_errors(vec![error])
}

/// Several fields at fault, or one.
#[must_use]
pub fn invalid_fields(errors: Vec<FieldError>) -> Problem {
    let detail = match errors.as_slice() {
        [one] => format!("`{}` {}", one.pointer, one.detail),
        several => format!("{} things are wrong with the request; `errors` lists each", several.len()),
    };
    Problem::new(Code::RequestInvalid, detail).with_errors(errors)
}

/// A body beyond the limit, in bytes.
#[must_use]
pub fn too_large(limit: usize) -> Problem {
    Problem::new(Code::RequestTooLarge, format!("the body may have at most {limit} bytes"))
}

pub(crate) fn key_reused() -> Failure {
    let detail = "this `Idempotency-Key` was used before with another body; use a new key for a new request";
    Problem::new(Code::IdempotencyKeyReused, detail).into()
}

#[cfg(test)]
mod tests;
