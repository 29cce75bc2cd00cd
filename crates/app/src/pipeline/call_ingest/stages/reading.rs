//! From archived bytes to a call.

use domain::EventStatus;
use mesh::workflow::StepFailure;
use serde::{Deserialize, Serialize};
use transcript::NormalizeError;

use super::{Staged, object, read, record, superseded};
use crate::pipeline::call_ingest::progress::{Outcome, StageRun};
use crate::pipeline::call_ingest::retryable;
use crate::pipeline::ids_of::sha256_hex;
use crate::ports::EventTransition;

/// What the normalize step found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "found", rename_all = "snake_case")]
pub(in crate::pipeline::call_ingest) enum Normalized {
    /// A conversation.
    Call { turns: usize, characters: usize },
    /// Nothing that a step could work on.
    Nothing { reason: String },
}

/// Takes the event up and sees that its bytes are in the archive, as they were when it was accepted.
pub(in crate::pipeline::call_ingest) async fn load(run: StageRun) -> Staged<usize> {
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

/// Reads the bytes as the source's kind of call.
pub(in crate::pipeline::call_ingest) async fn normalize(run: StageRun) -> Staged<Normalized> {
    let record = record(&run).await?;
    let document = match read(&run, &record).await? {
        Ok(document) => document,
        Err(error @ (NormalizeError::NoTranscript | NormalizeError::EmptyTranscript)) => {
            return Ok(Outcome::Done(Normalized::Nothing { reason: error.to_string() }));
        }
        Err(error) => return Err(StepFailure::Terminal(error.to_string())),
    };
    let change = EventTransition {
        run: Some(run.run),
        title: Some(document.title),
        account: document.account,
        ..EventTransition::to(EventStatus::Processing)
    };
    let now = run.ports.clock.now();
    run.ports.events.transition(run.tenant, run.event_id, &change, now).await.map_err(retryable)?;
    let (turns, characters) = (document.turns.len(), document.text.chars().count());
    Ok(Outcome::Done(Normalized::Call { turns, characters }))
}
