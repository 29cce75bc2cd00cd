//! What an operation answers: when all is well, and each problem.

use std::collections::BTreeMap;

use utoipa::openapi::RefOr;
use utoipa::openapi::content::Content;
use utoipa::openapi::header::Header;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Schema, Type};

use super::{Schemas, bytes, component, page_of};
use crate::problem::{Code, PROBLEM_MEDIA_TYPE, ProblemBody};
use crate::routes::{Access, Operation, Route};
use crate::{
    crm, endpoints, events, files, health, histories, jobs, live, model_routes, models, reports, rules,
    search, signals, subscriptions, usage, workflows,
};

/// Every answer that an operation can give, by its status.
pub(super) fn answers(route: &Route, schemas: &mut Schemas) -> Vec<(String, Response)> {
    let mut answers = vec![(route.success.to_string(), success(route, schemas))];
    if route.operation == Operation::GetHealth {
        let degraded = json_response("A service is down", component::<health::Health>(schemas));
        answers.push(("503".to_owned(), with_trace(degraded)));
    }
    if route.operation == Operation::GetFile {
        let range = header("Which bytes these are, and of how many.", Type::String);
        let part = whole_file().description("A range of the file").header("content-range", range);
        answers.push(("206".to_owned(), with_trace(part)));
    }
    if has_tag(route.operation) {
        let known = ResponseBuilder::new().description("The client has it").header("etag", tag());
        answers.push(("304".to_owned(), with_trace(known)));
    }
    let problems = problems(route, schemas).into_iter();
    answers.extend(problems.map(|(status, problem)| (status.to_string(), problem)));
    answers
}

/// The answer when all is well.
fn success(route: &Route, schemas: &mut Schemas) -> Response {
    let json = json_response;
    let response = match route.operation {
        Operation::GetHealth => json("All is well", component::<health::Health>(schemas)),
        Operation::GetDocument => json("The document", ObjectBuilder::new().schema_type(Type::Object).into()),
        Operation::GetDocs => text_response("The page", "text/html; charset=utf-8"),
        Operation::ReceiveHook | Operation::SubmitEvent => {
            json("In durable storage", component::<events::Accepted>(schemas))
        }
        Operation::ProbeHook => text_response("Deliveries are taken here", "text/plain; charset=utf-8"),
        Operation::CreateEndpoint => {
            json("The new endpoint, with its secret", component::<endpoints::Endpoint>(schemas))
                .header("location", header("The endpoint's own path.", Type::String))
        }
        Operation::ListEndpoints => {
            json("A page of endpoints", page_of::<endpoints::Endpoint>("EndpointPage", schemas))
        }
        Operation::GetEndpoint => json("The endpoint", component::<endpoints::Endpoint>(schemas)),
        Operation::RotateEndpoint => {
            json("The endpoint, with its new secret", component::<endpoints::Endpoint>(schemas))
        }
        Operation::PutHistory | Operation::GetHistory => {
            json("The history, without what opens it", component::<histories::History>(schemas))
        }
        Operation::DeleteHistory => ResponseBuilder::new().description("Gone"),
        Operation::DeleteEndpoint => ResponseBuilder::new().description("Gone"),
        Operation::ListEvents => {
            json("A page of events", page_of::<events::EventSummary>("EventPage", schemas))
        }
        Operation::GetEvent => json("The event", component::<events::Event>(schemas)),
        Operation::GetEventRaw => {
            ResponseBuilder::new().description("The payload").content("*/*", Content::new(None::<Schema>))
        }
        Operation::GetEventText => text_response("The text", "text/plain; charset=utf-8"),
        Operation::ListSignals => {
            json("A page of signals", page_of::<signals::Signal>("SignalPage", schemas))
        }
        Operation::GetSignal => json("The signal", component::<signals::Signal>(schemas)),
        Operation::Search => json("What was found", component::<search::SearchHits>(schemas)),
        Operation::GetUsage => json("What was used", component::<usage::Usage>(schemas)),
        Operation::CreateJob => json("The new job", component::<jobs::Job>(schemas))
            .header("location", header("The job's own path.", Type::String)),
        Operation::ListJobs => json("A page of jobs", page_of::<jobs::Job>("JobPage", schemas)),
        Operation::GetJob | Operation::UpdateJob | Operation::PauseJob | Operation::ResumeJob => {
            json("The job", component::<jobs::Job>(schemas))
        }
        Operation::DeleteJob => ResponseBuilder::new().description("Gone"),
        Operation::BackfillJob => {
            json("The backfill, which goes on", component::<jobs::JobBackfill>(schemas))
                .header("location", header("The backfill's own path.", Type::String))
        }
        Operation::ListJobBackfills => {
            json("A page of backfills", page_of::<jobs::JobBackfill>("JobBackfillPage", schemas))
        }
        Operation::GetJobBackfill | Operation::CancelJobBackfill => {
            json("The backfill", component::<jobs::JobBackfill>(schemas))
        }
        Operation::PingJob => json("What became of it", component::<jobs::PingTaken>(schemas)),
        Operation::RotatePing => json("The job, with its new address", component::<jobs::Job>(schemas)),
        Operation::ListPings => json("The pings", component::<jobs::Pings>(schemas)),
        Operation::Ping
        | Operation::PostPing
        | Operation::PingStart
        | Operation::PostPingStart
        | Operation::PingFail
        | Operation::PostPingFail => text_response("It is on record", "text/plain; charset=utf-8"),
        Operation::RunJob => json("The run, which goes on", component::<jobs::Run>(schemas)),
        Operation::StartWorkflow => json("On record", component::<workflows::StartedWorkflow>(schemas))
            .header("location", header("The run's own path.", Type::String)),
        Operation::GetWorkflow
        | Operation::SignalWorkflow
        | Operation::PauseWorkflow
        | Operation::ResumeWorkflow
        | Operation::TerminateWorkflow => json("The run", component::<workflows::WorkflowRun>(schemas)),
        Operation::ListApprovals => {
            json("A page of approvals", page_of::<workflows::ApprovalSummary>("ApprovalPage", schemas))
        }
        Operation::GetApproval => json("The approval", component::<workflows::ApprovalDetail>(schemas)),
        Operation::DecideApproval => json("The approval", component::<workflows::Approval>(schemas)),
        Operation::CreateRule => json("The new rule", component::<rules::Rule>(schemas))
            .header("location", header("The rule's own path.", Type::String)),
        Operation::ListRules => json("A page of rules", page_of::<rules::Rule>("RulePage", schemas)),
        Operation::GetRule | Operation::ReplaceRule => json("The rule", component::<rules::Rule>(schemas)),
        Operation::DeleteRule => ResponseBuilder::new().description("Gone"),
        Operation::TestRule => json("What it would raise", component::<rules::Trial>(schemas)),
        Operation::ListAlerts => json("A page of alerts", page_of::<rules::Alert>("AlertPage", schemas)),
        Operation::AcknowledgeAlert => json("The alert", component::<rules::Alert>(schemas)),
        Operation::ListTasks => json("A page of tasks", page_of::<rules::Task>("TaskPage", schemas)),
        Operation::CompleteTask => json("The task", component::<rules::Task>(schemas)),
        Operation::Listen => text_response("What happens", "text/event-stream; charset=utf-8"),
        Operation::CreateTicket => json("The ticket", component::<live::Ticket>(schemas)),
        Operation::CreateSubscription => {
            json("The new subscription, with its secret", component::<subscriptions::Subscription>(schemas))
                .header("location", header("The subscription's own path.", Type::String))
        }
        Operation::ListSubscriptions => json(
            "A page of subscriptions",
            page_of::<subscriptions::Subscription>("SubscriptionPage", schemas),
        ),
        Operation::GetSubscription | Operation::EnableSubscription => {
            json("The subscription", component::<subscriptions::Subscription>(schemas))
        }
        Operation::DeleteSubscription => ResponseBuilder::new().description("Gone"),
        Operation::RotateSecret | Operation::RotateJobSecret => {
            json("The new secret", component::<subscriptions::RotatedSecret>(schemas))
        }
        Operation::ListDeliveries => {
            json("A page of deliveries", page_of::<subscriptions::Delivery>("DeliveryPage", schemas))
        }
        Operation::GetDelivery => json("The delivery", component::<subscriptions::DeliveryDetail>(schemas)),
        Operation::Redeliver | Operation::RedeliverOfSubscriptions => {
            json("The delivery, which goes on", component::<subscriptions::Delivery>(schemas))
        }
        Operation::ListAccounts | Operation::ListContacts => {
            json("A page of records", page_of::<crm::CrmRecord>("CrmRecordPage", schemas))
        }
        Operation::GetAccount | Operation::GetContact => {
            json("The record", component::<crm::CrmRecordDetail>(schemas))
        }
        Operation::CreateChatCompletion => {
            streamed(json("The answer", component::<models::ChatCompletion>(schemas)))
        }
        Operation::CreateMessage => streamed(json("The answer", component::<models::Message>(schemas))),
        Operation::CreateEmbedding => json("The vectors", component::<models::EmbeddingList>(schemas)),
        Operation::ListModels => json("The models", component::<models::ModelList>(schemas)),
        Operation::GetModel => json("The model", component::<models::Model>(schemas)),
        Operation::ExplainRoute => json("The decision", component::<model_routes::RouteExplanation>(schemas)),
        Operation::StoreFile => json("The file", component::<files::File>(schemas))
            .header("location", header("The file's own path.", Type::String)),
        Operation::ListFiles => json("A page of files", page_of::<files::File>("FilePage", schemas)),
        Operation::GetFile => whole_file(),
        Operation::GetFileInfo | Operation::CompleteUpload => {
            json("The file", component::<files::File>(schemas))
        }
        Operation::DeleteFile | Operation::AbortUpload => ResponseBuilder::new().description("Gone"),
        Operation::CreateUpload => json("The upload", component::<files::Upload>(schemas))
            .header("location", header("The upload's own path.", Type::String)),
        Operation::GetUpload => json("The upload", component::<files::Upload>(schemas)),
        Operation::StorePart => json("The part", component::<files::UploadPart>(schemas)),
        Operation::CreateReport => json("On record", component::<reports::Report>(schemas))
            .header("location", header("The report's own path.", Type::String)),
        Operation::GetReport => json("The report", component::<reports::Report>(schemas)),
        Operation::GetReportHtml => text_response("The page", "text/html; charset=utf-8"),
        Operation::GetReportPdf => ResponseBuilder::new()
            .description("The PDF")
            .content("application/pdf", Content::new(Some(bytes()))),
        Operation::ListRuns => json("A page of runs", page_of::<jobs::Run>("RunPage", schemas)),
    };
    with_trace(with_limits(route, response))
}

/// The headers that tell how a key stands with its limits.
fn with_limits(route: &Route, response: ResponseBuilder) -> ResponseBuilder {
    if !matches!(route.access, Access::Key(_)) {
        return response;
    }
    response
        .header(
            "ratelimit",
            header("What is left of each limit (`r`), full again in `t` seconds.", Type::String),
        )
        .header(
            "ratelimit-policy",
            header("How many requests at once (`q`), in how many seconds (`w`).", Type::String),
        )
}

fn whole_file() -> ResponseBuilder {
    ResponseBuilder::new()
        .description("The file")
        .content("*/*", Content::new(None::<Schema>))
        .header("etag", tag())
        .header("last-modified", header("When it was stored.", Type::String))
        .header("accept-ranges", header("`bytes`.", Type::String))
        .header("content-disposition", header("The file's name, and whether it may be shown.", Type::String))
}

fn tag() -> Header {
    header("What tells this content from any other.", Type::String)
}

/// Whether an answer has an entity tag, and `If-None-Match` is heeded.
const fn has_tag(operation: Operation) -> bool {
    matches!(
        operation,
        Operation::GetFile | Operation::GetEventRaw | Operation::GetReportHtml | Operation::GetReportPdf
    )
}

/// One response for each status, naming the codes that it can have.
fn problems(route: &Route, schemas: &mut Schemas) -> Vec<(u16, Response)> {
    let mut by_status: BTreeMap<u16, Vec<Code>> = BTreeMap::new();
    for code in route.problems() {
        by_status.entry(code.status()).or_default().push(code);
    }
    let describe = |(status, codes): (u16, Vec<Code>)| {
        let lines: Vec<_> = codes.iter().map(|code| format!("- `{code}`: {}", code.meaning())).collect();
        let content = Content::new(Some(component::<ProblemBody>(schemas)));
        let mut response =
            ResponseBuilder::new().description(lines.join("\n")).content(PROBLEM_MEDIA_TYPE, content);
        if matches!(status, 401 | 403) && matches!(route.access, Access::Key(_)) {
            response =
                response.header("www-authenticate", header("What is asked for (RFC 6750).", Type::String));
        }
        if matches!(status, 429 | 503) {
            response = response.header("retry-after", header("Seconds to wait.", Type::Integer));
        }
        if status == 429 {
            response = with_limits(route, response);
        }
        (status, with_trace(response))
    };
    by_status.into_iter().map(describe).collect()
}

fn json_response(what: &str, schema: RefOr<Schema>) -> ResponseBuilder {
    ResponseBuilder::new().description(what).content("application/json", Content::new(Some(schema)))
}

/// The same answer as it comes.
fn streamed(response: ResponseBuilder) -> ResponseBuilder {
    // Of each event, as readers of server-sent events have it.
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let events = ObjectBuilder::new()
        .schema_type(Type::Object)
        .property("event", text())
        .property("data", text())
        .required("data");
    response
        .content("text/event-stream; charset=utf-8", Content::new(Some(events)))
        .header("weft-model", header("The model that answers, by its server's own name.", Type::String))
        .header("weft-upstream", header("The server that answers.", Type::String))
        .header("weft-attempts", header("How many servers were asked.", Type::Integer))
        .header(
            "weft-cache",
            header(
                "`hit`, `semantic`, `miss`, `gateway-hit` or `gateway-miss`, where a cache has to do with it.",
                Type::String,
            ),
        )
        .header(
            "weft-cache-age",
            header("How many seconds ago a kept answer was given first.", Type::Integer),
        )
        .header(
            "weft-cache-saved-tokens",
            header("How many tokens were not read and written again.", Type::Integer),
        )
        .header("weft-masked", header("What was put aside before the request left, by kind and number.", Type::String))
        .header("weft-cache-saved-usd", header("What those would have cost, in US dollars.", Type::String))
}

fn text_response(what: &str, media: &str) -> ResponseBuilder {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ResponseBuilder::new().description(what).content(media, Content::new(Some(text)))
}

fn with_trace(response: ResponseBuilder) -> Response {
    response.header("x-trace-id", header("The request's trace id.", Type::String)).build()
}

fn header(what: &str, kind: Type) -> Header {
    Header::builder().schema(Some(ObjectBuilder::new().schema_type(kind))).description(Some(what)).build()
}
