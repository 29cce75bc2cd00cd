//! An event's row and its bytes.

use domain::EventStatus;
use mesh::workflow::StepFailure;

use super::{Outcome, StageRun, Staged, retryable};
use crate::pipeline::ids_of::sha256_hex;
use crate::ports::{ArchivedObject, EventRecord, EventTransition};

pub(in crate::pipeline) async fn record(run: &StageRun) -> Result<EventRecord, StepFailure> {
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

pub(in crate::pipeline) async fn object(
    run: &StageRun,
    record: &EventRecord,
) -> Result<ArchivedObject, StepFailure> {
    let key = &record.event.object_key;
    let object = run.ports.archive.get(key).await.map_err(retryable)?;
    // The archive is consistent and the bytes were there before the row: waiting does not bring them back.
    object.ok_or_else(|| {
        StepFailure::Terminal(format!(
            "the archive has no object `{key}`: put it back, then replay the event"
        ))
    })
}

/// Takes the event up and sees that its bytes are in the archive, as they were when it was accepted.
pub(in crate::pipeline) async fn load(run: StageRun) -> Staged<usize> {
    let known = record(&run).await?;
    let change = EventTransition { run: Some(run.run), ..EventTransition::to(EventStatus::Processing) };
    let now = run.ports.clock.now();
    if !run.ports.events.transition(run.tenant, run.event_id, &change, now).await.map_err(retryable)? {
        let now = record(&run).await?;
        if now.run != run.run {
            return Err(superseded(now.run));
        }
        return Err(StepFailure::Terminal(format!("the event is `{}` already", now.status)));
    }
    let object = object(&run, &known).await?;
    let sha256 = sha256_hex(&object.body);
    if sha256 != known.event.content_sha256 {
        return Err(StepFailure::Terminal(format!(
            "the archive's object `{}` is not what was accepted: its SHA-256 is `{sha256}`, and should be `{}`",
            known.event.object_key, known.event.content_sha256
        )));
    }
    Ok(Outcome::Done(object.body.len()))
}
