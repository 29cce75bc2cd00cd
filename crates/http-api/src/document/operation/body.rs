//! What an operation takes, with an example that works.

use serde_json::json;
use utoipa::openapi::content::Content;
use utoipa::openapi::request_body::RequestBody;
use utoipa::openapi::{Required, Schema};

use super::{Schemas, bytes, component};
use crate::routes::{Body, Operation, Route};
use crate::{
    endpoints, events, files, histories, jobs, model_routes, models, reports, rules, subscriptions, workflows,
};

pub(super) fn request_body(route: &Route, schemas: &mut Schemas) -> Option<RequestBody> {
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
        Operation::RotateSecret
        | Operation::RotateJobSecret
        | Operation::RotateEndpoint
        | Operation::PingJob
        | Operation::PostPing
        | Operation::PostPingStart
        | Operation::PostPingFail => Required::False,
        _ => Required::True,
    };
    let body = RequestBody::builder().description(Some(limit)).required(Some(required));
    let mut body = body.content(media, content);
    if route.operation == Operation::StoreFile {
        body = body.content("multipart/form-data", Content::new(Some(component::<files::FileForm>(schemas))));
    }
    Some(body.build())
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
        Operation::BackfillJob => (
            component::<jobs::BackfillJob>(schemas),
            json!({ "from": "2026-11-01T00:00:00Z", "to": "2026-11-08T00:00:00Z" }),
        ),
        Operation::UpdateJob => (
            component::<jobs::ChangeJob>(schemas),
            json!({ "overlap": "skip", "schedule": { "cron": "0 9 * * MON", "timezone": "Europe/Berlin" }, "version": 1 }),
        ),
        Operation::PingJob => {
            (component::<jobs::PingJob>(schemas), json!({ "message": "412 rows", "status": "success" }))
        }
        Operation::CreateEndpoint => (
            component::<endpoints::CreateEndpoint>(schemas),
            json!({ "name": "Issues of our repository", "source": "github" }),
        ),
        Operation::PutHistory => (
            component::<histories::PutHistory>(schemas),
            json!({ "api_key": "the key that Fathom shows", "from": "2026-01-01T00:00:00Z", "provider": "fathom" }),
        ),
        Operation::RotateEndpoint => {
            (component::<endpoints::RotateEndpoint>(schemas), json!({ "overlap_seconds": 3_600 }))
        }
        Operation::CreateChatCompletion => (
            component::<models::CreateChatCompletion>(schemas),
            json!({
                "max_completion_tokens": 200,
                "messages": [{ "content": "What did Northwind say about the budget?", "role": "user" }],
                "model": "fast",
            }),
        ),
        Operation::CreateMessage => (
            component::<models::CreateMessage>(schemas),
            json!({
                "max_tokens": 200,
                "messages": [{ "content": "What did Northwind say about the budget?", "role": "user" }],
                "model": "fast",
            }),
        ),
        Operation::CreateEmbedding => (
            component::<models::CreateEmbedding>(schemas),
            json!({ "input": ["worried about the migration effort"], "model": "weft-static" }),
        ),
        Operation::ExplainRoute => (
            component::<model_routes::ExplainRoute>(schemas),
            json!({ "input_tokens": 1_200, "model": "fast", "stream": true }),
        ),
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
        Operation::RotateSecret | Operation::RotateJobSecret => {
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
