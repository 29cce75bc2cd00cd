//! The durable workflow that turns an archived event into signals and searchable passages.
//!
//! load → normalize → prefilter → extract → verify → store → chunk → embed → evaluate → notify, and then the event's last
//! status. Steps hand on only what is small; each reads the archived bytes again where it needs the text, because a
//! step's recorded result is limited and the archive is not. Every effect is idempotent on the event's id, so a step that
//! is cut off and runs again does nothing twice, and a replay puts its effects in the place of those before.

mod ending;
mod findings;
mod instances;
mod progress;
mod stages;

use domain::EventStatus;
use ids::{EventId, TenantId};
use mesh::workflow::{StepError, StepFailure, Steps};
use serde::{Deserialize, Serialize};

use super::PipelinePorts;
use crate::ports::StoreError;
use progress::Stage;
use stages::Normalized;

/// The steps of [`CallIngest`], in order.
pub const STEPS: [&str; 10] =
    ["load", "normalize", "prefilter", "extract", "verify", "store", "chunk", "embed", "evaluate", "notify"];

/// What an instance is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CallIngestInput {
    /// Whose event.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
    /// Which run of it: 0 the first, one more with every replay.
    #[serde(default)]
    pub run: u32,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
}

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
    async fn run(&self, input: CallIngestInput, steps: &Steps) -> Result<CallIngestOutput, StepError> {
        match self.stages(&input, steps).await {
            Ok(output) => Ok(output),
            Err(error) => {
                self.fail(&input, steps, &error).await?;
                Err(error)
            }
        }
    }
}

impl CallIngest {
    async fn stages(&self, input: &CallIngestInput, steps: &Steps) -> Result<CallIngestOutput, StepError> {
        self.stage(input, steps, Stage::Load, stages::load).await?;
        let normalized = self.stage(input, steps, Stage::Normalize, stages::normalize).await?;
        if let Normalized::Nothing { reason } = normalized {
            self.end(input, steps, "skip", EventStatus::Skipped, Some(reason)).await?;
            return Ok(CallIngestOutput { status: EventStatus::Skipped.to_string(), signals: 0 });
        }
        let turns = self.stage(input, steps, Stage::Prefilter, stages::prefilter).await?;
        let extract = move |run| stages::extract(run, turns.clone());
        let claimed = self.stage(input, steps, Stage::Extract, extract).await?;
        let verify = move |run| stages::verify(run, claimed.clone());
        let extraction = self.stage(input, steps, Stage::Verify, verify).await?;
        let (to_store, to_embed) = (extraction.findings.clone(), extraction.findings.clone());
        let store = move |run| stages::store(run, to_store.clone());
        let signals = self.stage(input, steps, Stage::Store, store).await?;
        let passages = self.stage(input, steps, Stage::Chunk, stages::chunk).await?;
        let embed = move |run| stages::embed(run, passages.clone(), to_embed.clone());
        self.stage(input, steps, Stage::Embed, embed).await?;
        let evaluate = move |run| stages::evaluate(run, extraction.clone());
        self.stage(input, steps, Stage::Evaluate, evaluate).await?;
        self.stage(input, steps, Stage::Notify, move |run| stages::notify(run, signals)).await?;
        self.end(input, steps, "settle", EventStatus::Processed, None).await?;
        Ok(CallIngestOutput { status: EventStatus::Processed.to_string(), signals: signals as u32 })
    }
}

/// A store that does not answer now may answer later.
fn retryable(error: StoreError) -> StepFailure {
    StepFailure::Retryable(error.to_string())
}
