//! Durable workflows: what a run does, and what another Worker can do with its instances.

mod errand;

use std::time::Duration;

use mesh::workflow::{
    Batch, Created, InstanceError, InstanceId, InstanceStatus, Instances, NewInstance, Retention, StepError,
};
use mesh_worker::WorkflowBinding;
use serde::Deserialize;
use serde_json::{Value, json};
use worker::Response;

pub use errand::{Approved, Errand, Plan, Report};

use crate::case::Case;

mesh_worker::workflow!(
    /// Runs what its input names.
    ErrandWorkflow,
    errand::wire
);

/// What a test asks of an instance.
#[derive(Deserialize)]
struct Ask {
    id: InstanceId,
    #[serde(default)]
    plan: Plan,
    #[serde(default)]
    by: String,
    #[serde(default)]
    from: String,
    #[serde(default)]
    more: Vec<InstanceId>,
}

/// Steers instances from a Worker that does not define them.
pub(crate) async fn run(mut case: Case) -> worker::Result<Response> {
    let Ask { id, plan, by, from, more } = case.input().await?;
    let errands: Instances<Errand> =
        WorkflowBinding::instances(&case.env, "ERRANDS").map_err(|error| error.to_string())?;
    let errand = errands.handle(id.clone());
    let answer = match case.name.as_str() {
        "create" => errands.create(NewInstance::new(id, plan)).await.map(told),
        "create_many" => {
            let ids = std::iter::once(id).chain(more);
            let retention = Some(Retention { success: Some(Duration::from_secs(86_400)), error: None });
            let new: Vec<_> = ids.map(|id| NewInstance { id, input: plan.clone(), retention }).collect();
            errands.create_many(&new).await.map(many)
        }
        "get" => errands.get(id).await.map(|errand| json!(errand.id())),
        "status" => errand.status().await.map(shown),
        "approve" => errand.send_event(&Approved { by, number: u64::MAX }).await.map(|()| Value::Null),
        "pause" => errand.pause().await.map(|()| Value::Null),
        "resume" => errand.resume().await.map(|()| Value::Null),
        "terminate" => errand.terminate().await.map(|()| Value::Null),
        "terminate_and_undo" => errand.terminate_and_undo().await.map(|()| Value::Null),
        "restart" => errand.restart().await.map(|()| Value::Null),
        "restart_from" => errand.restart_from(&from).await.map(|()| Value::Null),
        "delete" => errand.delete().await.map(|()| Value::Null),
        _ => return case.unknown(),
    };
    let answer = answer.unwrap_or_else(refused);
    case.answer(&answer)
}

fn told(created: Created) -> Value {
    match created {
        Created::New => json!("new"),
        Created::Existed => json!("existed"),
    }
}

fn many(batch: Batch) -> Value {
    batch.into_iter().map(|outcome| outcome.map_or_else(refused, told)).collect()
}

fn refused(error: InstanceError) -> Value {
    let kind = match &error {
        InstanceError::NotFound { .. } => "not_found",
        InstanceError::Ended { .. } => "ended",
        InstanceError::Unsendable { .. } => "unsendable",
        InstanceError::BatchSize { .. } => "batch_size",
        InstanceError::OutputUnreadable { .. } => "output_unreadable",
        InstanceError::Host { .. } => "host",
    };
    json!({ "error": kind, "message": error.to_string() })
}

fn shown(status: InstanceStatus<Report, StepError>) -> Value {
    match status {
        InstanceStatus::Complete(report) => json!({ "complete": report }),
        InstanceStatus::Errored(failure) => json!({ "errored": failure }),
        other => json!(format!("{other:?}")),
    }
}
