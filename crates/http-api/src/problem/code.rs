//! The registry of problem codes: each with its status, its title and when it occurs. Append-only: a code that
//! has been sent once keeps its meaning.
//!
//! `type` is `/docs#problem-<code>`, a reference with a full path, as RFC 9457 (section 3.1.1) asks of relative
//! ones. It resolves against whichever host answered, so it leads to the very page that describes the problem on
//! every deployment, a laptop included. An absolute URL would name a host that a self-hosted mesh does not
//! control, and a `urn:` of our own is not a registered namespace and opens nothing.

macro_rules! problem_codes {
    ($($variant:ident = $status:literal, $code:literal, $title:literal, $meaning:literal;)+) => {
        /// A kind of problem.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $(#[doc = $meaning] $variant,)+
        }

        impl Code {
            /// Every code, in the order of the registry.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// The stable text of the code, such as `event.not_found`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// The HTTP status.
            #[must_use]
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// The kind of problem in a few words.
            #[must_use]
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)+ }
            }

            /// When it occurs, and what to do.
            #[must_use]
            pub const fn meaning(self) -> &'static str {
                match self { $(Self::$variant => $meaning,)+ }
            }
        }
    };
}

problem_codes! {
    RequestMalformedJson = 400, "request.malformed_json", "Malformed JSON",
        "The body is not JSON (RFC 8259), is nested deeper than 127 levels, or has a number or an escape that no program can hold. The detail says where it stops making sense.";
    RequestInvalidParameter = 400, "request.invalid_parameter", "Invalid query parameter",
        "A query parameter that this route knows has a value it cannot take. `errors` lists each. Parameters that a route does not know are ignored.";
    RequestInvalidHeader = 400, "request.invalid_header", "Invalid request header",
        "A header that this route reads, such as `Idempotency-Key`, has a value it cannot take.";
    RequestInvalid = 422, "request.invalid", "Invalid request",
        "The body is JSON, but not what this route takes. `errors` lists every field at fault.";
    RequestTooLarge = 413, "request.too_large", "Body too large",
        "The body is larger than this route takes. The detail names the limit.";
    RequestUriTooLong = 414, "request.uri_too_long", "Address too long",
        "The path and query have more than 16 KiB.";
    RequestHeadersTooLarge = 431, "request.headers_too_large", "Headers too large",
        "The request has more than 100 headers, or more than 32 KiB of them.";
    RequestUnsupportedMediaType = 415, "request.unsupported_media_type", "Unsupported media type",
        "The `Content-Type` is not one that this route takes. The detail names those it does.";
    RouteNotFound = 404, "route.not_found", "No such route",
        "Nothing is served at this path.";
    RouteMethodNotAllowed = 405, "route.method_not_allowed", "Method not allowed",
        "The path exists, but not with this method. `Allow` lists those it has.";
    PageBadCursor = 400, "page.bad_cursor", "Bad cursor",
        "The cursor was not made by this list with these filters. Start again without one.";
    IdempotencyKeyReused = 422, "idempotency.key_reused", "Idempotency key reused",
        "The `Idempotency-Key` was used before with another request. Use a new key for a new request.";
    AuthMissingCredentials = 401, "auth.missing_credentials", "Credentials required",
        "The route needs `Authorization: Bearer wk_…` and got none.";
    AuthInvalidCredentials = 401, "auth.invalid_credentials", "Invalid credentials",
        "The API key is malformed, unknown, expired or revoked.";
    AuthMissingScope = 403, "auth.missing_scope", "Missing scope",
        "The API key is valid, but does not carry the scope that this route needs.";
    TenantSuspended = 403, "tenant.suspended", "Tenant suspended",
        "The organisation behind this credential is suspended. Its data is kept; its operator can resume it.";
    OriginNotAllowed = 403, "origin.not_allowed", "Origin not allowed",
        "The request comes from a web page of an origin that the tenant has not allowed. Nothing was done.";
    RateLimited = 429, "limit.rate_exceeded", "Too many requests",
        "More requests than the tenant, the key or the endpoint may send. Nothing was done; try again after `Retry-After`.";
    QuotaExceeded = 429, "limit.quota_exceeded", "Quota used up",
        "The plan's events of this UTC day or month are used up. Webhooks are accepted all the same.";
    EndpointNotFound = 404, "endpoint.not_found", "Endpoint not found",
        "This tenant has no webhook endpoint with this id; or, for a delivery, none that takes any.";
    EndpointNoHistory = 404, "endpoint.no_history", "No history",
        "The endpoint has no history of its provider. Set one up with `PUT /v1/endpoints/{id}/history`.";
    EndpointLimitReached = 409, "endpoint.limit_reached", "Too many endpoints",
        "The tenant has as many webhook endpoints as it may have. Delete one first.";
    HookBadSignature = 401, "hook.bad_signature", "Bad signature",
        "The delivery's signature is missing, malformed, or was not made with this endpoint's secret over exactly these bytes. Nothing was stored.";
    HookStaleSignature = 401, "hook.stale_signature", "Stale signature",
        "The delivery's timestamp is too far from now: more than five minutes, either way. Nothing was stored.";
    EventNotFound = 404, "event.not_found", "Event not found",
        "This tenant has no event with this id.";
    EventNoText = 404, "event.no_text", "Event has no text",
        "The event exists, but no source text was taken from it: it is not processed yet, or holds none.";
    SignalNotFound = 404, "signal.not_found", "Signal not found",
        "This tenant has no signal with this id.";
    FileNotFound = 404, "file.not_found", "File not found",
        "This tenant has no file with this id.";
    FileUploadNotFound = 404, "file.upload_not_found", "Upload not found",
        "This tenant has no upload with this id: it was never begun, is complete, or was given up after a day.";
    FileMalformedForm = 400, "file.malformed_form", "Malformed form",
        "The body is no `multipart/form-data` with a field `file`.";
    FileIncomplete = 400, "file.incomplete", "Incomplete body",
        "The body broke off, or was longer or shorter than it said. Nothing was stored.";
    FileChecksumMismatch = 422, "file.checksum_mismatch", "Checksum mismatch",
        "The bytes have another SHA-256 than `Content-Digest` or `X-Content-Sha256` says. Nothing was stored.";
    FilePartsMissing = 409, "file.parts_missing", "Parts are missing",
        "The upload cannot be completed before all of its parts are stored.";
    FileQuotaExceeded = 409, "file.quota_exceeded", "No room for files",
        "With this file the tenant's files would take more room than they may. Delete some first.";
    FilePreconditionFailed = 412, "file.precondition_failed", "Precondition failed",
        "The file is not the one that `If-Match` or `If-Unmodified-Since` names.";
    FileRangeNotSatisfiable = 416, "file.range_not_satisfiable", "Range not satisfiable",
        "The file has no byte in the range that is asked for. `Content-Range` says how many it has.";
    JobNotFound = 404, "job.not_found", "Job not found",
        "This tenant has no job with this id.";
    JobInvalidSchedule = 422, "job.invalid_schedule", "Invalid schedule",
        "The schedule has a supported form and a value that cannot be scheduled.";
    JobUnsupportedSchedule = 422, "job.unsupported_schedule", "Unsupported schedule",
        "The schedule has a form that is not supported. `{cron, timezone}`, `{every}` and `{at}` are.";
    JobUnsupportedTask = 422, "job.unsupported_task", "Unsupported task",
        "The task's `kind` is not supported. `event`, `workflow`, `report`, `purge` and `heartbeat` are.";
    JobUnsupportedOption = 422, "job.unsupported_option", "Unsupported job option",
        "The job asks for a setting that is not supported: it would not be honored, so it is refused.";
    JobLimitReached = 409, "job.limit_reached", "Too many jobs",
        "The tenant has as many jobs as it may have. Delete one first.";
    JobChanged = 409, "job.changed", "Job changed",
        "The job was changed since the version that the request names. Read it, and change that.";
    JobBackfillNotFound = 404, "job.backfill_not_found", "Backfill not found",
        "The job has no backfill with this id.";
    JobBackfillRunning = 409, "job.backfill_running", "A backfill is running",
        "Another backfill of the job is not over. Wait for it, or cancel it.";
    JobHeartbeat = 409, "job.heartbeat", "The job is a heartbeat",
        "A heartbeat is pinged: it cannot be run, and its past cannot be filled in.";
    JobNoRequest = 409, "job.no_request", "The job makes no HTTP requests",
        "Only requests of jobs are signed: the job does something else, and has no secret.";
    JobNoHeartbeat = 409, "job.no_heartbeat", "The job is no heartbeat",
        "The job runs by itself and expects no pings.";
    PingNotFound = 404, "ping.not_found", "Nothing is pinged here",
        "No job has this address, or it was given another one.";
    WorkflowNotFound = 404, "workflow.not_found", "Workflow not found",
        "There is no workflow of this name, or this tenant has no run of it with this id.";
    WorkflowEnded = 409, "workflow.ended", "Workflow has ended",
        "The run has ended, so it can be neither paused, resumed nor ended.";
    WorkflowUnsupportedEvent = 422, "workflow.unsupported_event", "Unsupported workflow event",
        "The workflow takes no event of this type. The detail names those it takes.";
    ApprovalNotFound = 404, "approval.not_found", "Approval not found",
        "This tenant has no approval with this id.";
    ApprovalNotAsked = 403, "approval.not_asked", "Not an approver",
        "The person, or the API key, is not asked to decide about this proposal, or not yet.";
    ApprovalChanged = 409, "approval.changed", "Proposal changed",
        "The proposal is not the one that was shown: show it again and decide with its `content_hash`. Decisions about the one before are void.";
    ApprovalDecided = 409, "approval.decided", "Already decided",
        "This person has decided otherwise about this very proposal. A decision stays.";
    ApprovalConcluded = 409, "approval.concluded", "Approval is not pending",
        "The approval was approved, rejected or withdrawn, or it has expired.";
    ApprovalTooManyRevisions = 409, "approval.too_many_revisions", "Too many revisions",
        "The proposal was changed as often as it may be. Withdraw it and propose anew.";
    SubscriptionNotFound = 404, "subscription.not_found", "No such subscription",
        "The tenant has no subscription with this id.";
    SubscriptionInvalidUrl = 422, "subscription.invalid_url", "Invalid endpoint URL",
        "Messages are not sent to this URL: it must be `https` on a public host, and every address that its name resolves to must be public.";
    SubscriptionLimitReached = 409, "subscription.limit_reached", "Too many subscriptions",
        "The tenant has as many subscriptions as it may have. Delete one first.";
    SubscriptionDisabled = 409, "subscription.disabled", "Subscription disabled",
        "The subscription is disabled, so that nothing is delivered. Enable it first.";
    RuleNotFound = 404, "rule.not_found", "Rule not found",
        "This tenant has no rule with this id.";
    RuleChanged = 409, "rule.changed", "Rule changed",
        "The rule was changed since the version that the request names. Read it, and change that.";
    RuleLimitReached = 409, "rule.limit_reached", "Too many rules",
        "The tenant has as many rules as it may have. Delete one first.";
    AlertNotFound = 404, "alert.not_found", "Alert not found",
        "This tenant has no alert with this id.";
    TaskNotFound = 404, "task.not_found", "Task not found",
        "This tenant has no task with this id.";
    LiveNotAcceptable = 406, "live.not_acceptable", "Not acceptable",
        "The live feed is a WebSocket, or server-sent events with `Accept: text/event-stream`.";
    DeliveryNotFound = 404, "delivery.not_found", "No such delivery",
        "The tenant has no delivery with this id, or it is older than deliveries are kept.";
    AccountNotFound = 404, "account.not_found", "Account not found",
        "This tenant has no account with this id.";
    ContactNotFound = 404, "contact.not_found", "Contact not found",
        "This tenant has no contact with this id.";
    ReportNotFound = 404, "report.not_found", "Report not found",
        "This tenant has no report with this id.";
    ReportNotMade = 409, "report.not_made", "Report is not made",
        "The report is not made yet, or was not made. Look at its `status`.";
    ReportNoPdf = 404, "report.no_pdf", "Report has no PDF",
        "The report could not be printed; `pdf_reason` says why. Its page is there.";
    AiNotConfigured = 503, "ai.not_configured", "No models configured",
        "No server of models is configured on this platform, or its configuration cannot be used: its operator sets `AI_BASE_URL`, or `AI_ROUTES`, of the pipeline. `weft-static` embeds all the same.";
    AiModelNotFound = 404, "ai.model_not_found", "Model not found",
        "There is no model of this name for this tenant. `GET /v1/models` lists those that there are.";
    AiModelNotAllowed = 403, "ai.model_not_allowed", "Model not allowed",
        "The model is not among those that the tenant, or its key, may ask.";
    AiBudgetSpent = 402, "ai.budget_spent", "Budget spent",
        "The call could cost more than what is left of a budget. The detail says which and what is left. A smaller limit on the answer's tokens may fit.";
    AiBudgetBusy = 429, "ai.budget_busy", "Budget busy",
        "A rate of a budget allows no more at present, or calls under way hold what is left of it. Try again after `Retry-After`.";
    AiRequestRefused = 400, "ai.request_refused", "Refused by the model's server",
        "The model's server refuses the request as it stands. The detail has its words, and `error.code` its code.";
    AiRateLimited = 429, "ai.rate_limited", "Model's server limits",
        "The model's server allows no more at present, and no other could take its place. Try again after `Retry-After`.";
    AiUpstreamFailed = 503, "ai.upstream_failed", "Model's server failed",
        "No server of the model gave an answer in time, or what came was none. The detail says what went wrong last.";
    ServiceUnavailable = 503, "service.unavailable", "Temporarily unavailable",
        "A service behind this route is down or took too long. Nothing is lost by trying again after `Retry-After`; use an `Idempotency-Key` on a POST.";
    InternalError = 500, "internal.error", "Internal error",
        "Something unforeseen failed. It has been logged under the trace id.";
}

impl Code {
    /// The `type` of the problem: a reference to its entry on the page at `/docs`.
    #[must_use]
    pub fn type_uri(self) -> String {
        format!("/docs#{}", self.anchor())
    }

    /// The id of the code's entry on the page at `/docs`.
    #[must_use]
    pub fn anchor(self) -> String {
        format!("problem-{}", self.as_str())
    }
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_unique_dotted_and_have_an_error_status() {
        let mut seen = HashSet::new();
        for code in Code::ALL {
            let text = code.as_str();
            assert!(seen.insert(text), "`{text}` is registered twice");
            let (noun, reason) = text.split_once('.').expect("a noun, a dot and a reason");
            let word =
                |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            assert!(word(noun) && word(reason), "`{text}` is not `noun.reason`");
            assert!((400..600).contains(&code.status()), "`{text}` has status {}", code.status());
        }
    }
}
