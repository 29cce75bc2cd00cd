//! What each stage does. All are idempotent on the event's id.

mod finding;
mod indexing;
mod reading;
mod weighing;

use domain::Finding;
use mesh::workflow::StepFailure;
use transcript::{Document, NormalizeError};

use super::findings::RecordedFinding;
use crate::pipeline::event_run::{StageRun, object, record};
use crate::ports::EventRecord;

pub(super) use finding::{extract, prefilter, store, verify};
pub(super) use indexing::{chunk, embed};
pub(super) use reading::{Normalized, normalize};
pub(super) use weighing::{evaluate, notify};

async fn read(run: &StageRun, record: &EventRecord) -> Result<Result<Document, NormalizeError>, StepFailure> {
    let object = object(run, record).await?;
    Ok(transcript::normalize(&record.event.source, &object.body))
}

async fn document(run: &StageRun) -> Result<Document, StepFailure> {
    let record = record(run).await?;
    read(run, &record).await?.map_err(|error| StepFailure::Terminal(error.to_string()))
}

fn known(findings: Vec<RecordedFinding>) -> Result<Vec<Finding>, StepFailure> {
    let findings: Result<Vec<_>, _> = findings.into_iter().map(RecordedFinding::into_finding).collect();
    findings.map_err(|error| {
        StepFailure::Terminal(format!("a recorded finding no longer fits the code: {error}"))
    })
}
