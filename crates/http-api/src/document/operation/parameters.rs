//! What may stand in an operation's path, query and headers.

use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterIn};
use utoipa::openapi::schema::Type;
use utoipa::openapi::{ObjectBuilder, RefOr, Required, Schema};

use super::{Schemas, component};
use crate::idempotency::IdempotencyKey;
use crate::problem::Code;
use crate::routes::{Operation, Route};
use crate::{
    PageRequest, crm, events, files, jobs, live, rules, schema, search, signals, subscriptions, usage,
    workflows,
};

pub(super) fn parameters(route: &Route, schemas: &mut Schemas) -> Vec<Parameter> {
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
        Operation::ListJobs => {
            component::<jobs::JobStanding>(schemas);
            parameters.extend(query(jobs::ListJobs::into_params(|| None)));
        }
        Operation::GetUsage => {
            component::<usage::UsageGroup>(schemas);
            parameters.extend(query(usage::GetUsage::into_params(|| None)));
        }
        Operation::ListRuns => {
            component::<jobs::RunOutcome>(schemas);
            parameters.extend(query(jobs::ListRuns::into_params(|| None)));
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
        "backfill_id" => ("The backfill's id.", component::<schema::BackfillId>(schemas)),
        "name" => ("The workflow's name.", text_schema("spend_approval")),
        "token" => (
            "What the heartbeat's `ping_url` ends with.",
            text_schema("AZn0wqm4fD6NHyo7TF1ufwGZ9MKpuHw-jR8qO0xdbn8BI0VniavN7wEjRWeJq83v"),
        ),
        "model" => ("The model's name, or an alias.", text_schema("weft-static")),
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
