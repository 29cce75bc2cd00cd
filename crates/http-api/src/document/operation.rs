//! One operation of the document, from its row in the route table.

use std::collections::BTreeMap;

use serde_json::json;
use utoipa::openapi::content::Content;
use utoipa::openapi::header::Header;
use utoipa::openapi::path::{Operation as Described, Parameter, ParameterIn};
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{KnownFormat, SchemaFormat, Type};
use utoipa::openapi::security::SecurityRequirement;
use utoipa::openapi::{ObjectBuilder, Ref, RefOr, Required, Schema};
use utoipa::{IntoParams, PartialSchema, ToSchema};

use super::API_KEY;
use crate::idempotency::IdempotencyKey;
use crate::problem::{Code, PROBLEM_MEDIA_TYPE, ProblemBody};
use crate::routes::{Access, Body, Operation, Route};
use crate::{
    Page, PageRequest, crm, endpoints, events, files, health, jobs, live, reports, rules, schema, search,
    signals, subscriptions, workflows,
};

/// The schemas that were referred to, by name.
type Schemas = Vec<(String, RefOr<Schema>)>;

/// Describes one operation, adding the schemas that it refers to.
pub(super) fn describe(route: &Route, schemas: &mut Schemas) -> Described {
    let mut operation = Described::builder()
        .tag(route.tag)
        .operation_id(Some(route.id))
        .summary(Some(route.summary))
        .description(Some(description(route)));
    for parameter in parameters(route, schemas) {
        operation = operation.parameter(parameter);
    }
    operation = operation.request_body(request_body(route, schemas));
    if let Access::Key(scope) = route.access {
        operation = operation.security(SecurityRequirement::new(API_KEY, [scope.as_str()]));
    }
    operation = operation.response(route.success.to_string(), success(route, schemas));
    if route.operation == Operation::GetHealth {
        let degraded = json_response("A service is down", component::<health::Health>(schemas));
        operation = operation.response("503", with_trace(degraded));
    }
    if route.operation == Operation::GetFile {
        let range = header("Which bytes these are, and of how many.", Type::String);
        let part = whole_file().description("A range of the file").header("content-range", range);
        operation = operation.response("206", with_trace(part));
    }
    if has_tag(route.operation) {
        let known = ResponseBuilder::new().description("The client has it").header("etag", tag());
        operation = operation.response("304", with_trace(known));
    }
    for (status, problem) in problems(route, schemas) {
        operation = operation.response(status.to_string(), problem);
    }
    operation.build()
}

fn description(route: &Route) -> String {
    match route.access {
        Access::Key(scope) => {
            let class = route.rate_class().as_str();
            format!("{}\n\nNeeds the scope `{scope}`; counts against the limit `{class}`.", route.description)
        }
        Access::Public | Access::Signature => route.description.to_owned(),
    }
}

/// A reference to a type's schema, which is added with all that it refers to.
fn component<T: ToSchema>(schemas: &mut Schemas) -> RefOr<Schema> {
    let name = T::name().into_owned();
    if !schemas.iter().any(|(known, _)| *known == name) {
        let mut found = vec![(name.clone(), T::schema())];
        T::schemas(&mut found);
        for (name, schema) in found {
            if !schemas.iter().any(|(known, _)| *known == name) {
                schemas.push((name, schema));
            }
        }
    }
    Ref::from_schema_name(name).into()
}

/// A reference to a page of `T`s. Each kind of page has a name of its own, or they would be one schema.
fn page_of<T: ToSchema>(name: &str, schemas: &mut Schemas) -> RefOr<Schema> {
    component::<T>(schemas);
    if !schemas.iter().any(|(known, _)| known == name) {
        schemas.push((name.to_owned(), Page::<T>::schema()));
    }
    Ref::from_schema_name(name).into()
}

fn parameters(route: &Route, schemas: &mut Schemas) -> Vec<Parameter> {
    let mut parameters: Vec<_> =
        route.path_parameters().map(|name| path_parameter(route, name, schemas)).collect();
    let query = |found: Vec<Parameter>| found.into_iter();
    match route.operation {
        Operation::ListEvents => {
            component::<events::EventStatus>(schemas);
            parameters.extend(query(events::ListEvents::into_params(|| None)));
        }
        Operation::ListApprovals => {
            component::<workflows::ApprovalStatus>(schemas);
            parameters.extend(query(workflows::ListApprovals::into_params(|| None)));
        }
        Operation::GetAccount | Operation::GetContact => {
            parameters.extend(query(crm::GetCrmRecord::into_params(|| None)));
        }
        Operation::ListSignals => parameters.extend(query(signals::ListSignals::into_params(|| None))),
        Operation::Search => {
            component::<search::HitKind>(schemas);
            parameters.extend(query(search::Search::into_params(|| None)));
        }
        Operation::ListFiles => parameters.extend(query(files::ListFiles::into_params(|| None))),
        Operation::StoreFile => {
            parameters.extend(query(files::StoreFile::into_params(|| None)));
            parameters.extend(digest_parameters());
        }
        Operation::GetFile => parameters.extend(conditions()),
        Operation::Listen => parameters.extend(query(live::Listen::into_params(|| None))),
        Operation::ListAlerts => {
            component::<rules::AlertStatus>(schemas);
            parameters.extend(query(rules::ListAlerts::into_params(|| None)));
        }
        Operation::ListTasks => {
            component::<rules::TaskStatus>(schemas);
            parameters.extend(query(rules::ListTasks::into_params(|| None)));
        }
        Operation::ListDeliveries => {
            component::<subscriptions::DeliveryStatus>(schemas);
            parameters.extend(query(subscriptions::ListDeliveries::into_params(|| None)));
        }
        _ => {}
    }
    if route.problems().contains(&Code::PageBadCursor) {
        parameters.extend(page_parameters());
    }
    if route.idempotent {
        let key = ObjectBuilder::new()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(IdempotencyKey::MAX_LENGTH))
            .pattern(Some("^[!-~]+$"));
        parameters.push(parameter(
            "Idempotency-Key",
            ParameterIn::Header,
            "Your own name for this request: repeated, it has its effect once and gives the first answer.",
            key,
        ));
    }
    parameters
}

fn path_parameter(route: &Route, name: &str, schemas: &mut Schemas) -> Parameter {
    let (what, schema) = match name {
        "endpoint_id" => ("The endpoint's id.", component::<schema::EndpointId>(schemas)),
        "name" => ("The workflow's name.", text_schema("spend_approval")),
        "number" => (
            "The part's number, from 1.",
            ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(1)).examples([1]).into(),
        ),
        _ => match route.tag {
            "Workflows" => ("The run's id.", text_schema("apr_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f")),
            "Accounts" => ("The record's id.", component::<schema::CrmRecordId>(schemas)),
            "Reports" => ("The report's id.", component::<schema::ReportId>(schemas)),
            "Approvals" => ("The approval's id.", component::<schema::ApprovalId>(schemas)),
            "Events" => ("The event's id.", component::<schema::EventId>(schemas)),
            "Files" => ("The file's id.", component::<schema::FileId>(schemas)),
            "Rules" => ("The rule's id.", component::<schema::RuleId>(schemas)),
            "Alerts" => ("The alert's or task's id.", component::<schema::NoticeId>(schemas)),
            "Subscriptions" => ("The subscription's id.", component::<schema::SubscriptionId>(schemas)),
            "Deliveries" => ("The delivery's id.", component::<schema::DeliveryId>(schemas)),
            "Signals" => ("The signal's id.", component::<schema::SignalId>(schemas)),
            _ => ("The job's id.", component::<schema::JobId>(schemas)),
        },
    };
    let mut parameter = parameter(name, ParameterIn::Path, what, schema);
    parameter.required = Required::True;
    parameter
}

fn text_schema(example: &str) -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).examples([example]).into()
}

fn page_parameters() -> [Parameter; 2] {
    let limit = ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(1))
        .maximum(Some(PageRequest::MAX_LIMIT))
        .default(Some(PageRequest::DEFAULT_LIMIT.into()));
    let cursor = ObjectBuilder::new().schema_type(Type::String);
    [
        parameter("limit", ParameterIn::Query, "At most this many items.", limit),
        parameter(
            "cursor",
            ParameterIn::Query,
            "The `next_cursor` of the page before, with the same filters.",
            cursor,
        ),
    ]
}

/// The SHA-256 of what is sent.
fn digest_parameters() -> [Parameter; 2] {
    let text = |pattern: &str| ObjectBuilder::new().schema_type(Type::String).pattern(Some(pattern));
    [
        parameter(
            "Content-Digest",
            ParameterIn::Header,
            "SHA-256 of the file in base64 (RFC 9530), such as `sha-256=:…:`. Other bytes are refused.",
            text("^sha-256=:[A-Za-z0-9+/]{43}=:$"),
        ),
        parameter(
            "X-Content-Sha256",
            ParameterIn::Header,
            "The same in hexadecimal.",
            text("^[0-9a-fA-F]{64}$"),
        ),
    ]
}

/// Conditions and ranges (RFC 9110).
fn conditions() -> Vec<Parameter> {
    let texts = [
        ("Range", "One range of bytes, such as `bytes=0-1023`.", "bytes=0-1023"),
        ("If-Range", "The `ETag` of which a range is wanted; of another file, the whole is sent.", "\"ab\""),
        ("If-Match", "Only where the file has one of these tags.", "\"ab\""),
        ("If-None-Match", "Only where the file has none of these tags.", "\"ab\""),
        ("If-Modified-Since", "Only where it is newer.", "Sat, 22 Nov 2025 20:00:00 GMT"),
        ("If-Unmodified-Since", "Only where it is not newer.", "Sat, 22 Nov 2025 20:00:00 GMT"),
    ];
    let parameter = |(name, what, example)| parameter(name, ParameterIn::Header, what, text_schema(example));
    texts.into_iter().map(parameter).collect()
}

fn parameter(name: &str, place: ParameterIn, what: &str, schema: impl Into<RefOr<Schema>>) -> Parameter {
    Parameter::builder()
        .name(name)
        .parameter_in(place)
        .required(Required::False)
        .description(Some(what))
        .schema(Some(schema))
        .build()
}

fn request_body(route: &Route, schemas: &mut Schemas) -> Option<RequestBody> {
    let (media, content) = match (route.body, route.operation) {
        (Body::None, _) => return None,
        (Body::Raw { .. }, _) => ("*/*", Content::new(None::<Schema>)),
        (Body::Stream { .. }, _) => ("application/octet-stream", Content::new(Some(bytes()))),
        (Body::Json { .. }, operation) => ("application/json", json_body(operation, schemas)),
    };
    let kib = route.body.max_bytes() / 1024;
    let limit =
        if kib >= 1024 { format!("At most {} MiB.", kib / 1024) } else { format!("At most {kib} KiB.") };
    let required = match route.operation {
        Operation::RotateSecret | Operation::RotateEndpoint => Required::False,
        _ => Required::True,
    };
    let body = RequestBody::builder().description(Some(limit)).required(Some(required));
    let mut body = body.content(media, content);
    if route.operation == Operation::StoreFile {
        body = body.content("multipart/form-data", Content::new(Some(component::<files::FileForm>(schemas))));
    }
    Some(body.build())
}

/// Any bytes.
fn bytes() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)))
}

/// The JSON body of an operation, with an example that works.
///
/// Keys stand in alphabetical order, so that the text is the same whether or not another crate of the build turns
/// on `serde_json`'s `preserve_order`.
fn json_body(operation: Operation, schemas: &mut Schemas) -> Content {
    let (schema, example) = match operation {
        Operation::CreateJob => (
            component::<jobs::CreateJob>(schemas),
            json!({
                "name": "Renewal check",
                "schedule": { "every": "1h30m" },
                "task": {
                    "kind": "event",
                    "payload": { "account": "northwind.example" },
                    "source": "generic",
                    "type": "renewal.check",
                },
            }),
        ),
        Operation::CreateEndpoint => (
            component::<endpoints::CreateEndpoint>(schemas),
            json!({ "name": "Issues of our repository", "source": "github" }),
        ),
        Operation::RotateEndpoint => {
            (component::<endpoints::RotateEndpoint>(schemas), json!({ "overlap_seconds": 3_600 }))
        }
        Operation::CreateUpload => (
            component::<files::CreateUpload>(schemas),
            json!({ "media_type": "application/zip", "name": "q3-calls.zip", "size_bytes": 734_003_200 }),
        ),
        Operation::CreateRule => (component::<rules::NewRule>(schemas), rule_example()),
        Operation::ReplaceRule => {
            let mut example = rule_example();
            example["version"] = json!(1);
            (component::<rules::ReplaceRule>(schemas), example)
        }
        Operation::TestRule => (
            component::<rules::TestRule>(schemas),
            json!({ "event_id": "evt_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f", "rule": rule_example() }),
        ),
        Operation::StartWorkflow => (
            component::<workflows::StartWorkflow>(schemas),
            json!({
                "params": {
                    "amount": "1250.00",
                    "approvers": ["bob@acme.example", "carol@acme.example"],
                    "currency": "EUR",
                    "escalations": [{ "after": "2d", "approvers": ["dan@acme.example"] }],
                    "expires_in": "7d",
                    "lines": [{ "amount": "1250.00", "description": "Forty seats" }],
                    "quorum": 1,
                    "requester": "rita@acme.example",
                    "title": "Forty seats for support",
                },
            }),
        ),
        Operation::SignalWorkflow => (
            component::<workflows::SignalWorkflow>(schemas),
            json!({ "payload": { "reason": "no budget left" }, "type": "withdraw" }),
        ),
        Operation::CreateReport => (
            component::<reports::CreateReport>(schemas),
            json!({ "account": "northwind.example", "from": "2026-08-01T00:00:00Z", "kind": "account" }),
        ),
        Operation::DecideApproval => (
            component::<workflows::Decide>(schemas),
            json!({ "approver": "bob@acme.example", "comment": "agreed", "decision": "approve" }),
        ),
        Operation::CreateSubscription => (
            component::<subscriptions::CreateSubscription>(schemas),
            json!({
                "kinds": ["budget", "churn_risk"],
                "ordered_by": "account",
                "url": "https://hooks.example.com/weft",
            }),
        ),
        Operation::RotateSecret => {
            (component::<subscriptions::RotateSecret>(schemas), json!({ "overlap_seconds": 3_600 }))
        }
        _ => (
            component::<events::SubmitEvent>(schemas),
            json!({
                "occurred_at": "2026-11-22T07:08:37Z",
                "payload": { "text": "We have set aside forty thousand for this, and need it live by March." },
                "source": "generic",
                "subject": "northwind.example",
                "type": "note.created",
            }),
        ),
    };
    Content::builder().schema(Some(schema)).example(Some(example)).build()
}

/// A rule that works. Members stand in alphabetical order, as everywhere in examples.
fn rule_example() -> serde_json::Value {
    json!({
        "name": "Large accounts at risk",
        "scope": "signal",
        "then": [
            {
                "do": "alert",
                "severity": "critical",
                "title": { "cat": [{ "var": "event.account" }, " may leave: ", { "var": "signal.quote" }] },
            },
            { "do": "task", "due_in_hours": 24, "title": "Call them back" },
        ],
        "when": {
            "and": [
                { "==": [{ "var": "signal.kind" }, "churn_risk"] },
                { ">=": [{ "var": "signal.score" }, 0.7] },
            ],
        },
    })
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
        Operation::DeleteEndpoint => ResponseBuilder::new().description("Gone"),
        Operation::ListEvents => {
            json("A page of events", page_of::<events::EventSummary>("EventPage", schemas))
        }
        Operation::GetEvent => json("The event", component::<events::Event>(schemas)),
        Operation::GetEventRaw => {
            let bytes = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
            ResponseBuilder::new().description("The payload").content("*/*", Content::new(Some(bytes)))
        }
        Operation::GetEventText => text_response("The text", "text/plain; charset=utf-8"),
        Operation::ListSignals => {
            json("A page of signals", page_of::<signals::Signal>("SignalPage", schemas))
        }
        Operation::GetSignal => json("The signal", component::<signals::Signal>(schemas)),
        Operation::Search => json("What was found", component::<search::SearchHits>(schemas)),
        Operation::CreateJob => json("The new job", component::<jobs::Job>(schemas))
            .header("location", header("The job's own path.", Type::String)),
        Operation::ListJobs => json("A page of jobs", page_of::<jobs::Job>("JobPage", schemas)),
        Operation::GetJob | Operation::PauseJob | Operation::ResumeJob => {
            json("The job", component::<jobs::Job>(schemas))
        }
        Operation::DeleteJob => ResponseBuilder::new().description("Gone"),
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
        Operation::RotateSecret => json("The new secret", component::<subscriptions::RotatedSecret>(schemas)),
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
        Operation::GetReportPdf => {
            let bytes = ObjectBuilder::new()
                .schema_type(Type::String)
                .format(Some(SchemaFormat::KnownFormat(KnownFormat::Binary)));
            ResponseBuilder::new()
                .description("The PDF")
                .content("application/pdf", Content::new(Some(bytes)))
        }
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
        .content("*/*", Content::new(Some(bytes())))
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
