//! Asking for a backfill.

use contracts::pipeline::workflows::{Fault, RequestBackfill, StartedRun, WorkflowError};
use contracts::{TenantCall, Timestamp};
use domain::backfill::{FASTEST, USUAL_RATE};
use domain::workflow::WorkflowKind;
use ids::BackfillId;
use serde::{Deserialize, Serialize};

use crate::ports::BackfillRange;
use crate::workflows::WorkflowPorts;
use crate::workflows::account_report::{parse, written};
use crate::workflows::start::{hand_over, record};

/// What a run is started with, as it is on record. An end that was left out is when the run was asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Params {
    from: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    source: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    pub(super) per_minute: u32,
}

impl Params {
    pub(super) fn read(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| format!("the recorded parameters cannot be read: {error}"))
    }

    /// The range of a backfill that was asked for at `created_at`.
    pub(super) fn range(&self, created_at: Timestamp) -> Result<BackfillRange, String> {
        let read = |text: &String| parse(text).ok_or_else(|| format!("`{text}` is no time"));
        Ok(BackfillRange {
            from: read(&self.from)?,
            until: self.to.as_ref().map(read).transpose()?.unwrap_or(created_at).min(created_at),
            source: self.source.clone(),
            kind: self.kind.clone(),
        })
    }
}

pub(in crate::workflows) async fn request(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: RequestBackfill,
) -> Result<StartedRun, WorkflowError> {
    let now = ports.clock.now();
    let RequestBackfill { from, until, source, kind, per_minute } = request;
    let refuse = |pointer: &str, detail: String| {
        Err(WorkflowError::Invalid { faults: vec![Fault { pointer: pointer.into(), detail }] })
    };
    let per_minute = per_minute.unwrap_or(USUAL_RATE);
    if !(1..=FASTEST).contains(&per_minute) {
        return refuse("/per_minute", format!("must be 1 to {FASTEST}"));
    }
    let Some(written_from) = written(from) else { return refuse("/from", "must be a time".into()) };
    if from >= until.unwrap_or(now).min(now) {
        return refuse("/from", "must be earlier than `to`, and in the past".into());
    }
    let params = Params { from: written_from, to: until.and_then(written), source, kind, per_minute };
    let params = serde_json::to_string(&params)
        .map_err(|error| WorkflowError::Unavailable { detail: error.to_string() })?;
    let run_id = BackfillId::from_parts(now.unix_ms(), ports.random.for_id()).to_string();
    let (run, started) = record(ports, context, WorkflowKind::Backfill, run_id, params).await?;
    hand_over(ports, &run).await;
    Ok(started)
}
