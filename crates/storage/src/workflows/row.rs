//! Rows of runs and their steps, and their conversion to the ports' records.

use app::ports::{NewRun, StepRecord, WorkflowRun};
use contracts::Timestamp;
use domain::event::UnknownStatus;
use ids::TenantId;
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct RunRow {
    tenant_id: TenantId,
    id: String,
    workflow: String,
    status: String,
    params: String,
    request_key: Option<String>,
    request_sha256: String,
    actor: String,
    traceparent: String,
    progress: Option<String>,
    output: Option<String>,
    error: Option<String>,
    created_at: Timestamp,
    updated_at: Timestamp,
    checks: u32,
}

impl TryFrom<RunRow> for WorkflowRun {
    type Error = String;

    fn try_from(row: RunRow) -> Result<Self, String> {
        Ok(Self {
            tenant: row.tenant_id,
            status: row.status.parse().map_err(|error| format!("`workflow_runs.status`: {error}"))?,
            run: NewRun {
                run_id: row.id,
                workflow: row
                    .workflow
                    .parse()
                    .map_err(|error| format!("`workflow_runs.workflow`: {error}"))?,
                params: row.params,
                request_key: row.request_key,
                request_sha256: row.request_sha256,
                actor: row.actor,
                traceparent: row.traceparent,
                created_at: row.created_at,
            },
            progress: row.progress,
            output: row.output,
            error: row.error,
            updated_at: row.updated_at,
            checks: row.checks,
        })
    }
}

#[derive(Deserialize)]
pub(super) struct StepRow {
    position: u32,
    name: String,
    status: String,
    attempts: u32,
    started_at: Timestamp,
    ended_at: Option<Timestamp>,
    error: Option<String>,
}

impl TryFrom<StepRow> for StepRecord {
    type Error = UnknownStatus;

    fn try_from(row: StepRow) -> Result<Self, UnknownStatus> {
        Ok(Self {
            position: row.position,
            name: row.name,
            status: row.status.parse()?,
            attempts: row.attempts,
            started_at: row.started_at,
            ended_at: row.ended_at,
            error: row.error,
        })
    }
}
