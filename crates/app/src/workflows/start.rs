//! Starting a run: on record first, then its instance.
//!
//! Once the record is there, the run will be carried out: its instance makes it quick, and the sweep makes it certain.

use contracts::TenantCall;
use contracts::pipeline::workflows::{StartedRun, WorkflowError};
use domain::workflow::WorkflowKind;

use super::{SWEEP_GRACE_MS, WorkflowPorts, actor_name, after};
use crate::pipeline::sha256_hex;
use crate::ports::{NewRun, StoreError, WorkflowRun};

/// Puts a run on record, or finds the one that the context's idempotency key names. `params` is what it is started
/// with and what a repeated request must have too.
pub(super) async fn record(
    ports: &WorkflowPorts,
    context: &TenantCall,
    workflow: WorkflowKind,
    run_id: String,
    params: String,
) -> Result<(WorkflowRun, StartedRun), WorkflowError> {
    let now = ports.clock.now();
    let run = NewRun {
        run_id,
        workflow,
        request_sha256: sha256_hex(params.as_bytes()),
        params,
        request_key: context.idempotency_key.clone(),
        actor: actor_name(&context.scope.actor),
        traceparent: context.trace.to_string(),
        created_at: now,
    };
    let check_at = after(now, SWEEP_GRACE_MS);
    let record = ports.runs.insert(context.scope.tenant, &run, check_at).await.map_err(unavailable)?;
    if record.run.request_sha256 != run.request_sha256 {
        return Err(WorkflowError::KeyReused);
    }
    let duplicate = record.run.run_id != run.run_id;
    let started = StartedRun { run_id: record.run.run_id.clone(), duplicate };
    Ok((record, started))
}

/// Starts the instance of a run on record. The run is safe by now: an engine that is down costs time.
pub(super) async fn hand_over(ports: &WorkflowPorts, record: &WorkflowRun) {
    if record.status.has_ended() {
        return;
    }
    if let Err(error) = ports.instances.start(record).await {
        let (tenant, run) = (record.tenant, &record.run);
        tracing::warn!(event = "workflow.start_failed", %tenant, workflow = %run.workflow, run_id = run.run_id, %error);
    }
}

pub(super) fn unavailable(error: StoreError) -> WorkflowError {
    WorkflowError::Unavailable { detail: error.to_string() }
}
