//! From archived bytes to a call.

use domain::EventStatus;
use mesh::workflow::StepFailure;
use serde::{Deserialize, Serialize};
use transcript::NormalizeError;

use super::read;
use crate::pipeline::event_run::{Outcome, StageRun, Staged, record, retryable};
use crate::pipeline::ingest_event::is_form_or_xml;
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

/// Reads the bytes as the source's kind of call.
pub(in crate::pipeline::call_ingest) async fn normalize(run: StageRun) -> Staged<Normalized> {
    let record = record(&run).await?;
    let document = match read(&run, &record).await? {
        Ok(document) => document,
        Err(error @ (NormalizeError::NoTranscript | NormalizeError::EmptyTranscript)) => {
            return Ok(Outcome::Done(Normalized::Nothing { reason: error.to_string() }));
        }
        Err(NormalizeError::NotJson { .. }) if is_form_or_xml(&record.event.media_type) => {
            let reason =
                format!("no conversation is read from `{}`: it is kept as it came", record.event.media_type);
            return Ok(Outcome::Done(Normalized::Nothing { reason }));
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
