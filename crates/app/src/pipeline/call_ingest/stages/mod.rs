//! What each stage does. All are idempotent on the event's id.

mod finding;
mod indexing;
mod reading;
mod weighing;

use domain::Finding;
use mesh::workflow::StepFailure;
use transcript::{Document, NormalizeError};

use super::findings::RecordedFinding;
use super::progress::{Outcome, StageRun};
use super::retryable;
use crate::ports::{ArchivedObject, EventRecord};

pub(super) use finding::{extract, prefilter, store, verify};
pub(super) use indexing::{chunk, embed};
pub(super) use reading::{Normalized, load, normalize};
pub(super) use weighing::{evaluate, notify};

type Staged<T> = Result<Outcome<T>, StepFailure>;

async fn record(run: &StageRun) -> Result<EventRecord, StepFailure> {
    let found = run.ports.events.get(run.tenant, run.event_id).await.map_err(retryable)?;
    let record =
        found.ok_or_else(|| StepFailure::Terminal(format!("the tenant has no event `{}`", run.event_id)))?;
    if record.run != run.run {
        return Err(superseded(record.run));
    }
    Ok(record)
}

/// A replay has begun another run: this one has nothing more to do.
fn superseded(by: u32) -> StepFailure {
    StepFailure::Terminal(format!("run {by} of the event has begun; this one is over"))
}

async fn object(run: &StageRun, record: &EventRecord) -> Result<ArchivedObject, StepFailure> {
    let key = &record.event.object_key;
    let object = run.ports.archive.get(key).await.map_err(retryable)?;
    // The archive is consistent and the bytes were there before the row: waiting does not bring them back.
    object.ok_or_else(|| {
        StepFailure::Terminal(format!(
            "the archive has no object `{key}`: put it back, then replay the event"
        ))
    })
}

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
