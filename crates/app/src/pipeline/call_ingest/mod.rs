//! The durable workflow that turns an archived event into signals and searchable passages.
//!
//! load → normalize → prefilter → extract → verify → store → chunk → embed → evaluate → notify, and then the event's last
//! status. Steps hand on only what is small; each reads the archived bytes again where it needs the text, because a
//! step's recorded result is limited and the archive is not. Every effect is idempotent on the event's id, so a step that
//! is cut off and runs again does nothing twice, and a replay puts its effects in the place of those before.

mod findings;
mod stages;

use domain::EventStatus;
use mesh::workflow::{Definition, StepError, Steps};
use serde::{Deserialize, Serialize};

use super::PipelinePorts;
use super::event_run::{EventRun, EventRunInput, PATIENT, POLICY, Stage, load};
use stages::Normalized;

/// The steps of [`CallIngest`], in order.
pub const STEPS: [&str; 10] =
    ["load", "normalize", "prefilter", "extract", "verify", "store", "chunk", "embed", "evaluate", "notify"];

/// What an instance ends with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallIngestOutput {
    /// The event's status.
    pub status: String,
    /// How many signals were stored.
    pub signals: u32,
}

/// See the module.
#[derive(Clone)]
pub struct CallIngest(pub PipelinePorts);

#[mesh::workflow]
impl CallIngest {
    async fn run(&self, input: EventRunInput, steps: &Steps) -> Result<CallIngestOutput, StepError> {
        let run = EventRun { ports: &self.0, input: &input, steps, workflow: Self::NAME };
        match stages(run).await {
            Ok(output) => Ok(output),
            Err(error) => {
                run.fail(&error).await?;
                Err(error)
            }
        }
    }
}

/// A step that shows, by its place in [`STEPS`].
const fn stage(position: usize) -> Stage {
    Stage { position: position as u32, name: STEPS[position], policy: POLICY }
}

async fn stages(run: EventRun<'_>) -> Result<CallIngestOutput, StepError> {
    run.stage(stage(0), load).await?;
    let normalized = run.stage(stage(1), stages::normalize).await?;
    if let Normalized::Nothing { reason } = normalized {
        run.end("skip", EventStatus::Skipped, Some(reason)).await?;
        return Ok(CallIngestOutput { status: EventStatus::Skipped.to_string(), signals: 0 });
    }
    let turns = run.stage(stage(2), stages::prefilter).await?;
    let claimed = run.stage(stage(3), move |at| stages::extract(at, turns.clone())).await?;
    let extraction = run.stage(stage(4), move |at| stages::verify(at, claimed.clone())).await?;
    let (to_store, to_embed) = (extraction.findings.clone(), extraction.findings.clone());
    let signals = run.stage(stage(5), move |at| stages::store(at, to_store.clone())).await?;
    let passages = run.stage(stage(6), stages::chunk).await?;
    run.stage(stage(7), move |at| stages::embed(at, passages.clone(), to_embed.clone())).await?;
    run.stage(stage(8), move |at| stages::evaluate(at, extraction.clone())).await?;
    let notify = Stage { policy: PATIENT, ..stage(9) };
    run.stage(notify, move |at| stages::notify(at, signals)).await?;
    run.end("settle", EventStatus::Processed, None).await?;
    Ok(CallIngestOutput { status: EventStatus::Processed.to_string(), signals: signals as u32 })
}
