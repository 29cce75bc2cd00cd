//! The sweep over runs: starts what has no instance, wakes what missed its wake-up, settles what ended without saying so.

use contracts::Timestamp;
use domain::workflow::{RunStatus, WorkflowKind};

use super::{WorkflowPorts, after, spend_approval};
use crate::ports::{InstanceState, RunChange, StoreError, WorkflowRun};

/// Runs that a sweep takes up at once; the next sweep continues.
const BATCH: u32 = 100;

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WorkflowSweep {
    /// Runs whose instance was started.
    pub started: u32,
    /// Runs that are at work.
    pub alive: u32,
    /// Runs that were woken.
    pub woken: u32,
    /// Runs settled because their instance had ended without doing so.
    pub settled: u32,
    /// Runs that could not be looked at and stay for the next sweep.
    pub failed: u32,
}

/// Takes up due runs.
///
/// # Errors
/// [`StoreError`] when the due runs cannot be read. Trouble with one is counted and does not stop the others.
pub async fn sweep(ports: &WorkflowPorts) -> Result<WorkflowSweep, StoreError> {
    let mut report = WorkflowSweep::default();
    for run in ports.runs.due(ports.clock.now(), BATCH).await? {
        match take_up(ports, &run).await {
            Ok(Outcome::Started) => report.started += 1,
            Ok(Outcome::Alive) => report.alive += 1,
            Ok(Outcome::Woken) => report.woken += 1,
            Ok(Outcome::Settled) => report.settled += 1,
            Err(error) => {
                tracing::warn!(event = "sweep.run_failed", tenant = %run.tenant, run_id = run.run.run_id, %error);
                report.failed += 1;
            }
        }
    }
    Ok(report)
}

enum Outcome {
    Started,
    Alive,
    Woken,
    Settled,
}

async fn take_up(ports: &WorkflowPorts, record: &WorkflowRun) -> Result<Outcome, StoreError> {
    let (tenant, workflow, run_id) = (record.tenant, record.run.workflow, record.run.run_id.as_str());
    // First, so that a run that always fails cannot hold up the ones behind it.
    ports.runs.defer(tenant, run_id, next_check(ports.clock.now(), record.checks)).await?;
    let error = match ports.instances.state(workflow, run_id).await? {
        InstanceState::Missing => {
            ports.instances.start(record).await?;
            return Ok(Outcome::Started);
        }
        InstanceState::Alive => {
            let missed = match workflow {
                WorkflowKind::AccountReport | WorkflowKind::Backfill | WorkflowKind::Sync => false,
                WorkflowKind::SpendApproval => spend_approval::missed_a_change(ports, tenant, run_id).await?,
            };
            if missed {
                ports.instances.wake(workflow, run_id).await?;
                return Ok(Outcome::Woken);
            }
            return Ok(Outcome::Alive);
        }
        InstanceState::Complete => "its instance ended without settling it".to_owned(),
        InstanceState::Failed { error } => format!("its instance failed: {error}"),
    };
    let change = RunChange { error: Some(error), ..RunChange::to(RunStatus::Failed) };
    ports.runs.change(tenant, run_id, &change, ports.clock.now()).await?;
    Ok(Outcome::Settled)
}

/// A minute, doubling to an hour.
fn next_check(now: Timestamp, checks: u32) -> Timestamp {
    let minutes = 1_u64 << checks.min(6);
    after(now, minutes.min(60) * 60_000)
}
