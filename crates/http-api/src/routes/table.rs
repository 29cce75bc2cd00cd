//! The rows themselves.

use super::{
    Access, Body, MAX_BACKFILL_BYTES, MAX_DECISION_BYTES, MAX_ENDPOINT_BYTES, MAX_EVENT_BYTES,
    MAX_FILE_BYTES, MAX_HISTORY_BYTES, MAX_JOB_BYTES, MAX_MODEL_BYTES, MAX_PING_BYTES, MAX_REPORT_BYTES,
    MAX_RULE_BYTES, MAX_SUBSCRIPTION_BYTES, MAX_UPLOAD_BYTES, MAX_WORKFLOW_BYTES, Method, Route,
};
use crate::Scope;
use crate::problem::Code;

macro_rules! operations {
    ($($name:ident = $id:literal, $method:ident $path:literal, $tag:literal, $access:expr, $body:expr,
        $idempotent:literal, $success:literal, [$($problem:ident),*], $summary:literal, $description:literal;)+) => {
        /// Something that the surface can do.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Operation {
            $(#[doc = concat!("`", stringify!($method), " ", $path, "`: ", $summary, ".")] $name,)+
        }

        /// Every route.
        pub const ROUTES: &[Route] = &[$(Route {
            operation: Operation::$name,
            id: $id,
            method: Method::$method,
            path: $path,
            tag: $tag,
            access: $access,
            body: $body,
            idempotent: $idempotent,
            success: $success,
            summary: $summary,
            description: $description,
            problems: &[$(Code::$problem),*],
        },)+];

        impl Operation {
            /// The operation's row.
            #[must_use]
            pub const fn route(self) -> &'static Route {
                &ROUTES[self as usize]
            }
        }
    };
}

const PUBLIC: Access = Access::Public;
const NOTHING: Body = Body::None;

const fn key(scope: Scope) -> Access {
    Access::Key(scope)
}

operations! {
    GetHealth = "get_health", Get "/healthz", "Platform", PUBLIC, NOTHING, false, 200, [],
        "Health of the platform",
        "Whether the gateway and the services behind it answer. 503, with the same body, when one does not.";
    GetDocument = "get_document", Get "/openapi.json", "Platform", PUBLIC, NOTHING, false, 200, [],
        "This description", "The description of this surface, as an OpenAPI 3.1 document.";
    GetDocs = "get_docs", Get "/docs", "Platform", PUBLIC, NOTHING, false, 200, [],
        "This description, to read", "The same description as a page.";
    ReceiveHook = "receive_hook", Post "/hooks/{endpoint_id}", "Events", Access::Signature,
        Body::Raw { max_bytes: MAX_EVENT_BYTES }, false, 202,
        [EndpointNotFound, HookBadSignature, HookStaleSignature, RequestMalformedJson],
        "Receive a webhook",
        "A provider's delivery, signed in that provider's own way over the raw body. The answer comes once the event is in durable storage; a redelivery is answered `duplicate: true` and processed once. The challenge by which Slack, Zoom or Microsoft Graph gets to know an endpoint is answered with 200 instead, and not stored; an outbound message of Salesforce is answered with 200 and its SOAP acknowledgement.";
    ProbeHook = "probe_hook", Get "/hooks/{endpoint_id}", "Events", PUBLIC, NOTHING, false, 200,
        [EndpointNotFound, ServiceUnavailable, InternalError],
        "Look for an endpoint",
        "Whether deliveries are taken here, for a provider that asks with `HEAD` before it delivers, as Intercom does.";
    CreateEndpoint = "create_endpoint", Post "/v1/endpoints", "Endpoints", key(Scope::EndpointsWrite),
        Body::Json { max_bytes: MAX_ENDPOINT_BYTES }, true, 201, [EndpointLimitReached],
        "Create a webhook endpoint",
        "A provider posts its deliveries to the endpoint's `url`; they are proven in that provider's own way. A secret is made where none is given, and shown in this answer alone. Where the provider makes the secret itself, as Stripe and Slack do, create the endpoint, give the provider its `url`, and rotate to the secret that it shows.";
    ListEndpoints = "list_endpoints", Get "/v1/endpoints", "Endpoints", key(Scope::EndpointsRead), NOTHING, false, 200,
        [PageBadCursor], "List webhook endpoints", "Newest first.";
    GetEndpoint = "get_endpoint", Get "/v1/endpoints/{id}", "Endpoints", key(Scope::EndpointsRead), NOTHING, false, 200,
        [EndpointNotFound], "Get a webhook endpoint", "With its URL and settings, and never its secret.";
    RotateEndpoint = "rotate_endpoint", Post "/v1/endpoints/{id}/rotate", "Endpoints", key(Scope::EndpointsWrite),
        Body::Json { max_bytes: MAX_ENDPOINT_BYTES }, true, 200, [EndpointNotFound],
        "Rotate a webhook endpoint's secret",
        "Puts the secret that is given, or one that is made and shown in this answer alone, in the place of the present one, which stays good for the overlap: a day, unless said. The body may be left out. With an `Idempotency-Key` a repeated request rotates once.";
    DeleteEndpoint = "delete_endpoint", Delete "/v1/endpoints/{id}", "Endpoints", key(Scope::EndpointsWrite), NOTHING,
        false, 204, [EndpointNotFound], "Delete a webhook endpoint",
        "Within a minute nothing more is taken for it. What it has received stays.";
    PutHistory = "put_history", Put "/v1/endpoints/{id}/history", "Endpoints", key(Scope::EndpointsWrite),
        Body::Json { max_bytes: MAX_HISTORY_BYTES }, false, 200, [EndpointNotFound],
        "Set up a provider's history",
        "Where the provider's list of past calls is, and what opens it. The workflow `sync` then walks the list page by page, and accepts each call as a delivery of the endpoint: one that came by webhook is not accepted again. Whatever was set up before is replaced; the walk goes on where it was, unless it is another list or another beginning.";
    GetHistory = "get_history", Get "/v1/endpoints/{id}/history", "Endpoints", key(Scope::EndpointsRead), NOTHING, false,
        200, [EndpointNotFound, EndpointNoHistory], "Get a provider's history",
        "Where it is, how far its walk is, and never what opens it.";
    DeleteHistory = "delete_history", Delete "/v1/endpoints/{id}/history", "Endpoints", key(Scope::EndpointsWrite),
        NOTHING, false, 204, [EndpointNotFound, EndpointNoHistory], "Forget a provider's history",
        "What opens it is gone, and a run under way ends. The events that it brought stay.";
    SubmitEvent = "submit_event", Post "/v1/events", "Events", key(Scope::EventsWrite),
        Body::Json { max_bytes: MAX_EVENT_BYTES }, true, 202, [],
        "Send an event",
        "The answer comes once the event is in durable storage. The payload is archived byte for byte.";
    ListEvents = "list_events", Get "/v1/events", "Events", key(Scope::EventsRead), NOTHING, false, 200, [PageBadCursor],
        "List events", "Newest first.";
    GetEvent = "get_event", Get "/v1/events/{id}", "Events", key(Scope::EventsRead), NOTHING, false, 200, [EventNotFound],
        "Get an event", "With what was concluded from it, and the steps of its processing.";
    GetEventRaw = "get_event_raw", Get "/v1/events/{id}/raw", "Events", key(Scope::EventsRead), NOTHING, false, 200,
        [EventNotFound],
        "Get an event's raw payload",
        "The archived payload, byte for byte, with the media type that it came with.";
    GetEventText = "get_event_text", Get "/v1/events/{id}/text", "Events", key(Scope::EventsRead), NOTHING, false, 200,
        [EventNotFound, EventNoText],
        "Get an event's source text",
        "The text that evidence points into: `start` and `end` count its Unicode scalar values.";
    ListSignals = "list_signals", Get "/v1/signals", "Signals", key(Scope::SignalsRead), NOTHING, false, 200, [PageBadCursor],
        "List signals", "Newest first.";
    GetSignal = "get_signal", Get "/v1/signals/{id}", "Signals", key(Scope::SignalsRead), NOTHING, false, 200,
        [SignalNotFound], "Get a signal", "With the words that prove it.";
    Search = "search", Get "/v1/search", "Search", key(Scope::SearchRead), NOTHING, false, 200, [],
        "Search", "Passages and signals that are about the query, in its words or in meaning; best first.";
    GetUsage = "get_usage", Get "/v1/usage", "Usage", key(Scope::UsageRead), NOTHING, false, 200, [],
        "Get what was used",
        "Requests, events, calls of models with their tokens and cost, by the hour, day, month, operation, API key or model; and what is stored now. A request is counted some seconds after its answer.";
    CreateJob = "create_job", Post "/v1/jobs", "Jobs", key(Scope::JobsWrite), Body::Json { max_bytes: MAX_JOB_BYTES },
        true, 201,
        [JobInvalidSchedule, JobUnsupportedSchedule, JobUnsupportedTask, JobUnsupportedOption, JobLimitReached, JobNotFound],
        "Create a job", "A job fires at the times of a `cron` pattern in any time zone, again and again (`every`), or once (`at`). The answer shows its next ten times. An `Idempotency-Key` of a job that is deleted by now makes no other: that is 404. `misfire` says which of several missed times run, `overlap` what becomes of a time that comes while an earlier run is not over.";
    ListJobs = "list_jobs", Get "/v1/jobs", "Jobs", key(Scope::JobsRead), NOTHING, false, 200, [PageBadCursor],
        "List jobs", "Newest first. `status` finds the jobs that are due, late or failing, over all jobs of the tenant.";
    GetJob = "get_job", Get "/v1/jobs/{id}", "Jobs", key(Scope::JobsRead), NOTHING, false, 200, [JobNotFound],
        "Get a job", "With a preview of its next ten times.";
    UpdateJob = "update_job", Patch "/v1/jobs/{id}", "Jobs", key(Scope::JobsWrite), Body::Json { max_bytes: MAX_JOB_BYTES },
        false, 200,
        [JobInvalidSchedule, JobUnsupportedSchedule, JobUnsupportedTask, JobUnsupportedOption, JobNotFound, JobChanged],
        "Change a job",
        "What is named takes the place of what was; what is not stays; `null` takes a setting back to what a job has without it. Another schedule counts from now on: every time that came before has its record under the schedule that named it, and a time that has passed cannot be named. Runs that are not over do what the job said when their time came; retries, timeouts and concurrency are by what the job says when they are tried. With the `version` that was read, a job that somebody else changed since is left as it is.";
    DeleteJob = "delete_job", Delete "/v1/jobs/{id}", "Jobs", key(Scope::JobsWrite), NOTHING, false, 204, [JobNotFound],
        "Delete a job", "With its runs. What it has sent stays.";
    RunJob = "run_job", Post "/v1/jobs/{id}/run", "Jobs", key(Scope::JobsWrite), NOTHING, false, 202,
        [JobNotFound, JobHeartbeat], "Run a job now", "Once, whatever its schedule. The schedule is not moved.";
    PauseJob = "pause_job", Post "/v1/jobs/{id}/pause", "Jobs", key(Scope::JobsWrite), NOTHING, false, 200, [JobNotFound],
        "Pause a job", "It stops firing until it is resumed. Pausing a paused job changes nothing.";
    ResumeJob = "resume_job", Post "/v1/jobs/{id}/resume", "Jobs", key(Scope::JobsWrite), NOTHING, false, 200,
        [JobNotFound],
        "Resume a job",
        "It fires again from its next time on; times that passed are not made up for, and are on record as `paused`. Resuming an active job changes nothing.";
    BackfillJob = "backfill_job", Post "/v1/jobs/{id}/backfill", "Jobs", key(Scope::JobsWrite),
        Body::Json { max_bytes: MAX_BACKFILL_BYTES }, true, 202, [JobInvalidSchedule, JobNotFound, JobBackfillRunning, JobHeartbeat],
        "Fill in a past range",
        "Each time of the schedule from `from` to before `to` that did not run gets one run: those that were missed, came while the job was paused, or were before its creation. One that ran, whatever came of it, does not run again. Afterwards each time of the range has one record. At most 10,000 times at once; they begin a few at a time, one after the other unless `overlap` is `allow`.";
    ListJobBackfills = "list_job_backfills", Get "/v1/jobs/{id}/backfills", "Jobs", key(Scope::JobsRead), NOTHING, false,
        200, [JobNotFound, PageBadCursor], "List a job's backfills", "Newest first.";
    GetJobBackfill = "get_job_backfill", Get "/v1/jobs/{id}/backfills/{backfill_id}", "Jobs", key(Scope::JobsRead),
        NOTHING, false, 200, [JobNotFound, JobBackfillNotFound], "Get a backfill", "How far it is.";
    CancelJobBackfill = "cancel_job_backfill", Post "/v1/jobs/{id}/backfills/{backfill_id}/cancel", "Jobs",
        key(Scope::JobsWrite), NOTHING, false, 200, [JobNotFound, JobBackfillNotFound], "Cancel a backfill",
        "No more of its runs begin, and those that were not tried are taken back. What ran stays. One that has ended stays as it is.";
    ListRuns = "list_runs", Get "/v1/jobs/{id}/runs", "Jobs", key(Scope::JobsRead), NOTHING, false, 200,
        [JobNotFound, PageBadCursor], "List a job's runs",
        "Newest first. Every time that the schedule names is among them once, also the times that did not run.";
    PingJob = "ping_job", Post "/v1/jobs/{id}/ping", "Jobs", key(Scope::JobsWrite), Body::Json { max_bytes: MAX_PING_BYTES },
        false, 200, [JobNotFound, JobNoHeartbeat], "Ping a heartbeat",
        "Tells that what it watches ran, failed or began. The body may be left out: it ran. The ping is in durable storage when the answer comes. It settles every time that is expected; where there is none, it is early, and counts for the next.";
    RotateJobSecret = "rotate_job_secret", Post "/v1/jobs/{id}/rotate", "Jobs", key(Scope::JobsWrite),
        Body::Json { max_bytes: MAX_SUBSCRIPTION_BYTES }, false, 200, [JobNotFound, JobNoRequest],
        "Rotate the secret of a job's requests",
        "Makes a new secret. For the overlap each request has two signatures, one by each, so that receivers can change over when it suits them. The body may be left out.";
    RotatePing = "rotate_ping", Post "/v1/jobs/{id}/ping/rotate", "Jobs", key(Scope::JobsWrite), NOTHING, false, 200,
        [JobNotFound, JobNoHeartbeat], "Give a heartbeat another address", "The `ping_url` that it had is nobody's from then on.";
    ListPings = "list_pings", Get "/v1/jobs/{id}/pings", "Jobs", key(Scope::JobsRead), NOTHING, false, 200,
        [JobNotFound, JobNoHeartbeat], "List a heartbeat's pings", "Newest first, the last hundred.";
    Ping = "ping", Get "/ping/{token}", "Pings", Access::Address, NOTHING, false, 200, [PingNotFound],
        "Ping", "The `ping_url` of a heartbeat: tells that what it watches ran. The ping is in durable storage when the answer comes. At most 100 within ten seconds.";
    PostPing = "post_ping", Post "/ping/{token}", "Pings", Access::Address, Body::Raw { max_bytes: MAX_PING_BYTES }, false,
        200, [PingNotFound], "Ping, with a message", "The same. Of the body, as text, the first 1,000 characters are kept as the ping's message.";
    PingStart = "ping_start", Get "/ping/{token}/start", "Pings", Access::Address, NOTHING, false, 200, [PingNotFound],
        "Ping a beginning", "Tells that what it watches began. The next ping tells its end.";
    PostPingStart = "post_ping_start", Post "/ping/{token}/start", "Pings", Access::Address,
        Body::Raw { max_bytes: MAX_PING_BYTES }, false, 200, [PingNotFound], "Ping a beginning, with a message", "The same, with a message.";
    PingFail = "ping_fail", Get "/ping/{token}/fail", "Pings", Access::Address, NOTHING, false, 200, [PingNotFound],
        "Ping a failure", "Tells that what it watches failed, which is judged at once.";
    PostPingFail = "post_ping_fail", Post "/ping/{token}/fail", "Pings", Access::Address,
        Body::Raw { max_bytes: MAX_PING_BYTES }, false, 200, [PingNotFound], "Ping a failure, with a message", "The same, with a message.";
    StartWorkflow = "start_workflow", Post "/v1/workflows/{name}", "Workflows", key(Scope::WorkflowsWrite),
        Body::Json { max_bytes: MAX_WORKFLOW_BYTES }, true, 202, [WorkflowNotFound],
        "Start a workflow",
        "The answer comes once the run is on record; it is carried out from there, whatever happens. `spend_approval` asks people to approve a proposal; `account_report` makes a report, as `POST /v1/reports` does; `backfill` runs the events of a range again, at a bounded rate.";
    GetWorkflow = "get_workflow", Get "/v1/workflows/{name}/{id}", "Workflows", key(Scope::WorkflowsRead), NOTHING, false,
        200, [WorkflowNotFound], "Get a run of a workflow", "With its steps, how far it is, and what it came to.";
    SignalWorkflow = "signal_workflow", Post "/v1/workflows/{name}/{id}/events", "Workflows", key(Scope::WorkflowsWrite),
        Body::Json { max_bytes: MAX_WORKFLOW_BYTES }, false, 202,
        [WorkflowNotFound, WorkflowUnsupportedEvent, ApprovalConcluded, ApprovalTooManyRevisions],
        "Send a workflow an event",
        "`spend_approval` takes `revise`, with another proposal as its payload, and `withdraw`, with `{reason?}`. Revising makes every decision about the proposal before void.";
    PauseWorkflow = "pause_workflow", Post "/v1/workflows/{name}/{id}/pause", "Workflows", key(Scope::WorkflowsWrite),
        NOTHING, false, 200, [WorkflowNotFound, WorkflowEnded], "Pause a run", "It stops after the step under way.";
    ResumeWorkflow = "resume_workflow", Post "/v1/workflows/{name}/{id}/resume", "Workflows", key(Scope::WorkflowsWrite),
        NOTHING, false, 200, [WorkflowNotFound, WorkflowEnded], "Resume a run", "It goes on where it was.";
    TerminateWorkflow = "terminate_workflow", Post "/v1/workflows/{name}/{id}/terminate", "Workflows",
        key(Scope::WorkflowsWrite), NOTHING, false, 200, [WorkflowNotFound, WorkflowEnded],
        "End a run", "For good. What it has done stays; a pending proposal is withdrawn.";
    ListApprovals = "list_approvals", Get "/v1/approvals", "Approvals", key(Scope::ApprovalsRead), NOTHING, false, 200,
        [PageBadCursor], "List approvals", "Newest first.";
    GetApproval = "get_approval", Get "/v1/approvals/{id}", "Approvals", key(Scope::ApprovalsRead), NOTHING, false, 200,
        [ApprovalNotFound], "Get an approval", "With exactly what people are shown, its hash, their decisions, and its history.";
    DecideApproval = "decide_approval", Post "/v1/approvals/{id}/decision", "Approvals", key(Scope::ApprovalsDecide),
        Body::Json { max_bytes: MAX_DECISION_BYTES }, false, 200,
        [ApprovalNotFound, ApprovalNotAsked, ApprovalChanged, ApprovalDecided, ApprovalConcluded],
        "Decide an approval",
        "A decision is bound to the person and to the hash of what was shown. The same decision again changes nothing; another one is refused.";
    CreateRule = "create_rule", Post "/v1/rules", "Rules", key(Scope::RulesWrite),
        Body::Json { max_bytes: MAX_RULE_BYTES }, true, 201, [RuleLimitReached],
        "Create a rule",
        "`when` is JSON logic over facts of each signal (`scope: signal`) or of the whole event (`scope: event`); where it holds, each action of `then` is carried out, once. Operators, facts and their types are checked here: each fault has its place.";
    ListRules = "list_rules", Get "/v1/rules", "Rules", key(Scope::RulesRead), NOTHING, false, 200, [PageBadCursor],
        "List rules", "Newest first, with how each did.";
    GetRule = "get_rule", Get "/v1/rules/{id}", "Rules", key(Scope::RulesRead), NOTHING, false, 200, [RuleNotFound],
        "Get a rule", "With its version, and what went wrong with it last.";
    ReplaceRule = "replace_rule", Put "/v1/rules/{id}", "Rules", key(Scope::RulesWrite),
        Body::Json { max_bytes: MAX_RULE_BYTES }, false, 200, [RuleNotFound, RuleChanged],
        "Change a rule",
        "Puts this rule in place of the one of the `version` that was read; 409 where it was changed meanwhile.";
    DeleteRule = "delete_rule", Delete "/v1/rules/{id}", "Rules", key(Scope::RulesWrite), NOTHING, false, 204,
        [RuleNotFound], "Delete a rule", "What it raised stays.";
    TestRule = "test_rule", Post "/v1/rules/test", "Rules", key(Scope::RulesRead),
        Body::Json { max_bytes: MAX_RULE_BYTES }, false, 200, [EventNotFound],
        "Try a rule on a past event", "Which signals it matches and what it would raise. Nothing is stored, told or started.";
    ListAlerts = "list_alerts", Get "/v1/alerts", "Alerts", key(Scope::AlertsRead), NOTHING, false, 200, [PageBadCursor],
        "List alerts", "Newest first. An action that failed is among them, as a `failed_action`.";
    AcknowledgeAlert = "acknowledge_alert", Post "/v1/alerts/{id}/acknowledge", "Alerts", key(Scope::AlertsWrite),
        NOTHING, false, 200, [AlertNotFound], "Acknowledge an alert", "The first who does so is kept.";
    ListTasks = "list_tasks", Get "/v1/tasks", "Alerts", key(Scope::AlertsRead), NOTHING, false, 200, [PageBadCursor],
        "List tasks", "Newest first.";
    CompleteTask = "complete_task", Post "/v1/tasks/{id}/complete", "Alerts", key(Scope::AlertsWrite),
        NOTHING, false, 200, [TaskNotFound], "Complete a task", "The first who does so is kept.";
    CreateSubscription = "create_subscription", Post "/v1/subscriptions", "Subscriptions", key(Scope::SubscriptionsWrite),
        Body::Json { max_bytes: MAX_SUBSCRIPTION_BYTES }, true, 201, [SubscriptionInvalidUrl, SubscriptionLimitReached],
        "Subscribe to messages",
        "Signals are posted to the URL as they are found, one message an event, signed the Standard Webhooks way: check `webhook-signature` with the secret, which is shown in this answer and never again. Delivery is at least once; a message has the same `webhook-id` whenever it comes. Answer 2xx within 15 seconds; anything else is tried again over about three days.";
    ListSubscriptions = "list_subscriptions", Get "/v1/subscriptions", "Subscriptions", key(Scope::SubscriptionsRead),
        NOTHING, false, 200, [PageBadCursor], "List subscriptions", "Newest first.";
    GetSubscription = "get_subscription", Get "/v1/subscriptions/{id}", "Subscriptions", key(Scope::SubscriptionsRead),
        NOTHING, false, 200, [SubscriptionNotFound], "Get a subscription", "With how its endpoint does.";
    DeleteSubscription = "delete_subscription", Delete "/v1/subscriptions/{id}", "Subscriptions",
        key(Scope::SubscriptionsWrite), NOTHING, false, 204, [SubscriptionNotFound],
        "Delete a subscription", "Nothing more is sent, and its deliveries are forgotten.";
    RotateSecret = "rotate_secret", Post "/v1/subscriptions/{id}/rotate", "Subscriptions", key(Scope::SubscriptionsWrite),
        Body::Json { max_bytes: MAX_SUBSCRIPTION_BYTES }, false, 200, [SubscriptionNotFound],
        "Rotate a subscription's secret",
        "Makes a new secret. For the overlap each message has two signatures, one by each, so that receivers can change over when it suits them. The body may be left out.";
    EnableSubscription = "enable_subscription", Post "/v1/subscriptions/{id}/enable", "Subscriptions",
        key(Scope::SubscriptionsWrite), NOTHING, false, 200, [SubscriptionNotFound],
        "Enable a subscription",
        "Takes up a subscription that was disabled. What was abandoned meanwhile can be redelivered. Enabling an active one changes nothing.";
    ListDeliveries = "list_deliveries", Get "/v1/subscriptions/{id}/deliveries", "Subscriptions",
        key(Scope::SubscriptionsRead), NOTHING, false, 200, [SubscriptionNotFound, PageBadCursor],
        "List a subscription's deliveries", "Newest first. Settled ones are kept for 30 days, the last 20,000.";
    GetDelivery = "get_delivery", Get "/v1/deliveries/{id}", "Deliveries", key(Scope::SubscriptionsRead), NOTHING,
        false, 200, [DeliveryNotFound], "Get a delivery", "With its message and every attempt.";
    Redeliver = "redeliver", Post "/v1/deliveries/{id}/redeliver", "Deliveries", key(Scope::SubscriptionsWrite),
        NOTHING, false, 202, [DeliveryNotFound, SubscriptionDisabled],
        "Deliver again",
        "The same message under the same `webhook-id`, now, and then by the schedule. A delivery that waits is tried now.";
    Listen = "listen", Get "/v1/live", "Live", key(Scope::LiveRead), NOTHING, false, 200, [LiveNotAcceptable],
        "Listen to what happens",
        "Signals (`signal.created`), what rules raised (`alert.created`, `task.created`) and ends of events (`event.processed`, `event.skipped`, `event.failed`, `event.dead`) as they happen: over a WebSocket, one JSON text an entry, or as server-sent events. Send the last id that you have as `Last-Event-ID` or `?last_event_id=`, and what came since comes first; where the log no longer has it, `gap` says so. A client that does not take what it is sent is closed with a reason. Browsers use `?ticket=`.";
    CreateTicket = "create_ticket", Post "/v1/live/tickets", "Live", key(Scope::LiveRead), NOTHING, false, 201, [],
        "Make a ticket for the live feed",
        "Whoever sends it as `?ticket=` within a minute listens once, as this key. For browsers, which cannot send a header.";
    RedeliverOfSubscriptions = "redeliver_of_subscriptions", Post "/v1/subscriptions/deliveries/{id}/redeliver",
        "Deliveries", key(Scope::SubscriptionsWrite), NOTHING, false, 202, [DeliveryNotFound, SubscriptionDisabled],
        "Deliver again", "The same as `POST /v1/deliveries/{id}/redeliver`.";
    ListAccounts = "list_accounts", Get "/v1/accounts", "Accounts", key(Scope::AccountsRead), NOTHING, false, 200, [PageBadCursor],
        "List accounts", "As CRMs told of them, in no order that means something.";
    GetAccount = "get_account", Get "/v1/accounts/{id}", "Accounts", key(Scope::AccountsRead), NOTHING, false, 200,
        [AccountNotFound], "Get an account",
        "With its fields as they are now, and what happened to it: the latest 200 lines, or with `?field=` the history of one field.";
    ListContacts = "list_contacts", Get "/v1/contacts", "Accounts", key(Scope::AccountsRead), NOTHING, false, 200, [PageBadCursor],
        "List contacts", "As CRMs told of them, in no order that means something.";
    GetContact = "get_contact", Get "/v1/contacts/{id}", "Accounts", key(Scope::AccountsRead), NOTHING, false, 200,
        [ContactNotFound], "Get a contact", "The same as of an account.";
    StoreFile = "store_file", Post "/v1/files", "Files", key(Scope::FilesWrite),
        Body::Stream { max_bytes: MAX_FILE_BYTES }, true, 201,
        [FileMalformedForm, FileIncomplete, FileChecksumMismatch, FileQuotaExceeded],
        "Store a file",
        "The body is the file, or a `multipart/form-data` form with a field `file`. Send its SHA-256 as `Content-Digest: sha-256=:…:` (RFC 9530) or `X-Content-Sha256` in hexadecimal, and other bytes are refused. Larger files go in parts: `POST /v1/files/uploads`.";
    ListFiles = "list_files", Get "/v1/files", "Files", key(Scope::FilesRead), NOTHING, false, 200, [PageBadCursor],
        "List files", "Newest first.";
    GetFile = "get_file", Get "/v1/files/{id}", "Files", key(Scope::FilesRead), NOTHING, false, 200,
        [FileNotFound, FilePreconditionFailed, FileRangeNotSatisfiable],
        "Get a file",
        "Its bytes, or one range of them with `Range: bytes=…`; several ranges are answered by the whole. A file never changes, so a download that broke off is resumed with `Range` and `If-Range`. It is sent to be saved, unless it is a picture, sound, film or plain text.";
    GetFileInfo = "get_file_info", Get "/v1/files/{id}/info", "Files", key(Scope::FilesRead), NOTHING, false, 200,
        [FileNotFound], "Get what is known of a file", "Its name, type, size and hashes, without its bytes.";
    DeleteFile = "delete_file", Delete "/v1/files/{id}", "Files", key(Scope::FilesWrite), NOTHING, false, 204,
        [FileNotFound], "Delete a file", "At once, and for good.";
    CreateUpload = "create_upload", Post "/v1/files/uploads", "Files", key(Scope::FilesWrite),
        Body::Json { max_bytes: MAX_UPLOAD_BYTES }, true, 201, [FileQuotaExceeded],
        "Begin a file in parts",
        "Reserves its room for a day. The answer says how large the parts are and how many there are; send them in any order, several at a time if you like, and complete the upload.";
    GetUpload = "get_upload", Get "/v1/files/uploads/{id}", "Files", key(Scope::FilesWrite), NOTHING, false, 200,
        [FileUploadNotFound], "Get an upload", "With the parts that are stored, to go on where it broke off.";
    StorePart = "store_part", Put "/v1/files/uploads/{id}/parts/{number}", "Files", key(Scope::FilesWrite),
        Body::Stream { max_bytes: MAX_FILE_BYTES }, false, 200, [FileUploadNotFound, FileIncomplete, RequestInvalid],
        "Store a part", "Exactly `part_bytes` of the upload, or of the last part what is left. Sent again, it is replaced.";
    CompleteUpload = "complete_upload", Post "/v1/files/uploads/{id}/complete", "Files", key(Scope::FilesWrite), NOTHING,
        false, 200, [FileUploadNotFound, FilePartsMissing],
        "Complete an upload", "Makes a file of the parts. Completing it again gives the file.";
    AbortUpload = "abort_upload", Delete "/v1/files/uploads/{id}", "Files", key(Scope::FilesWrite), NOTHING, false, 204,
        [FileUploadNotFound], "Give an upload up", "Its parts are removed, and its room is free.";
    CreateChatCompletion = "create_chat_completion", Post "/v1/chat/completions", "Models", key(Scope::AiInvoke),
        Body::Json { max_bytes: MAX_MODEL_BYTES }, false, 200,
        [AiNotConfigured, AiModelNotFound, AiModelNotAllowed, AiBudgetSpent, AiBudgetBusy, AiRequestRefused, AiRateLimited,
         AiUpstreamFailed],
        "Complete a chat",
        "OpenAI's form: point its client's base URL at `/v1` and give it an API key of yours. With `stream: true` the answer is server-sent events, ended by `data: [DONE]`; one that was cut, stalled or damaged ends with an event that has an `error`, and without that end. `weft-model`, `weft-upstream`, `weft-route` and `weft-attempts` tell who answered. The request header `weft-cache: max-age=SECONDS` has an answer kept and a kept one given, `no-cache` a new one, `no-store` neither; `weft-cache` of the answer tells which it is. Nothing is created, so that an `Idempotency-Key` is not heeded.";
    CreateMessage = "create_message", Post "/v1/messages", "Models", key(Scope::AiInvoke),
        Body::Json { max_bytes: MAX_MODEL_BYTES }, false, 200,
        [AiNotConfigured, AiModelNotFound, AiModelNotAllowed, AiBudgetSpent, AiBudgetBusy, AiRequestRefused, AiRateLimited,
         AiUpstreamFailed],
        "Create a message",
        "Anthropic's form of the same: point its client's base URL here. The API key may come as `x-api-key`. A stream that is not whole ends with an `error` event, and without `message_stop`.";
    CreateEmbedding = "create_embedding", Post "/v1/embeddings", "Models", key(Scope::AiInvoke),
        Body::Json { max_bytes: MAX_MODEL_BYTES }, false, 200,
        [AiNotConfigured, AiModelNotFound, AiModelNotAllowed, AiBudgetSpent, AiBudgetBusy, AiRequestRefused, AiRateLimited,
         AiUpstreamFailed],
        "Embed texts",
        "OpenAI's form. `weft-static` is always there and costs nothing; it takes texts only, and counts words for tokens.";
    ListModels = "list_models", Get "/v1/models", "Models", key(Scope::AiInvoke), NOTHING, false, 200, [],
        "List models", "Those that this key's tenant may ask, aliases among them, by name and all at once.";
    GetModel = "get_model", Get "/v1/models/{model}", "Models", key(Scope::AiInvoke), NOTHING, false, 200, [AiModelNotFound],
        "Get a model", "OpenAI's form. A `/` in the name may stand as it is, or as `%2F`.";
    ExplainRoute = "explain_route", Post "/v1/routes/explain", "Models", key(Scope::AiInvoke),
        Body::Json { max_bytes: MAX_MODEL_BYTES }, false, 200, [AiNotConfigured],
        "Explain a route",
        "Takes a chat as `POST /v1/chat/completions` does, or no more than its model, and tells who would answer it and why, which limits it counts against and what it would hold. No model is asked, and nothing is held.";
    CreateReport = "create_report", Post "/v1/reports", "Reports", key(Scope::ReportsWrite),
        Body::Json { max_bytes: MAX_REPORT_BYTES }, true, 202, [],
        "Ask for a report", "It is made by the workflow `account_report`. Look again until its `status` is `completed`.";
    GetReport = "get_report", Get "/v1/reports/{id}", "Reports", key(Scope::ReportsRead), NOTHING, false, 200,
        [ReportNotFound], "Get a report", "How it stands, with links to its page and its PDF.";
    GetReportHtml = "get_report_html", Get "/v1/reports/{id}/html", "Reports", key(Scope::ReportsRead), NOTHING, false, 200,
        [ReportNotFound, ReportNotMade], "Get a report's page", "One HTML file that stands alone, to keep, mail or print.";
    GetReportPdf = "get_report_pdf", Get "/v1/reports/{id}/pdf", "Reports", key(Scope::ReportsRead), NOTHING, false, 200,
        [ReportNotFound, ReportNotMade, ReportNoPdf], "Get a report as PDF", "The page on paper, where a browser could print it.";
}
