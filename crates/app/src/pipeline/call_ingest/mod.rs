//! The durable workflow that turns an archived event into signals and searchable passages.
//!
//! load → prefilter → extract → store → embed → evaluate. Steps hand on only what is small; each reads the archived
//! bytes again where it needs the text, because a step's recorded result is limited and the archive is not. Every
//! effect is idempotent on the event's id, so a step that is cut off and runs again does nothing twice.

mod findings;
mod instances;
mod progress;
mod stages;

use domain::EventStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use serde::{Deserialize, Serialize};

use super::PipelinePorts;
use crate::ports::{EventTransition, StoreError};
use progress::Stage;
use stages::Loaded;

/// The steps of [`CallIngest`], in order.
pub const STEPS: [&str; 6] = ["load", "prefilter", "extract", "store", "embed", "evaluate"];

/// What an instance is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CallIngestInput {
    /// Whose event.
    pub tenant: TenantId,
    /// Which.
    pub event_id: EventId,
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
                self.settle(&input, steps, "fail", EventStatus::Failed, error.to_string()).await?;
                Err(error)
            }
        }
    }
}

impl CallIngest {
    async fn stages(&self, input: &CallIngestInput, steps: &Steps) -> Result<CallIngestOutput, StepError> {
        let loaded = self.stage(input, steps, Stage::Load, stages::load).await?;
        if let Loaded::Nothing { reason } = loaded {
            self.settle(input, steps, "skip", EventStatus::Skipped, reason).await?;
            return Ok(CallIngestOutput { status: EventStatus::Skipped.to_string(), signals: 0 });
        }
        let turns = self.stage(input, steps, Stage::Prefilter, stages::prefilter).await?;
        let extraction =
            self.stage(input, steps, Stage::Extract, move |run| stages::extract(run, turns.clone())).await?;
        let findings = &extraction.findings;
        let (to_store, to_embed) = (findings.clone(), findings.clone());
        self.stage(input, steps, Stage::Store, move |run| stages::store(run, to_store.clone())).await?;
        self.stage(input, steps, Stage::Embed, move |run| stages::embed(run, to_embed.clone())).await?;
        let signals = findings.len() as u32;
        self.stage(input, steps, Stage::Evaluate, move |run| stages::evaluate(run, extraction.clone()))
            .await?;
        Ok(CallIngestOutput { status: EventStatus::Processed.to_string(), signals })
    }

    /// Gives the event its last status, in a step of its own so that it is retried until it holds.
    async fn settle(
        &self,
        input: &CallIngestInput,
        steps: &Steps,
        name: &str,
        status: EventStatus,
        reason: String,
    ) -> Result<(), StepError> {
        let (ports, tenant, event_id) = (self.0.clone(), input.tenant, input.event_id);
        let traceparent = input.traceparent.clone();
        let change = EventTransition { reason: Some(reason), ..EventTransition::to(status) };
        steps
            .run(name, StepPolicy::default(), move |_attempt| {
                let (ports, change, traceparent) = (ports.clone(), change.clone(), traceparent.clone());
                async move {
                    let now = ports.clock.now();
                    ports.events.transition(tenant, event_id, &change, now).await.map_err(retryable)?;
                    log_settled(tenant, event_id, &traceparent, &change);
                    Ok(())
                }
            })
            .await
    }
}

/// The one line that tells how an event ended; its trace is the webhook's.
fn log_settled(tenant: TenantId, event_id: EventId, traceparent: &str, change: &EventTransition) {
    let trace_id = traceparent.parse().map(|trace: TraceContext| trace.trace_id()).unwrap_or_default();
    let (status, signals) = (change.status.as_str(), change.signals_count.unwrap_or_default());
    match (&change.reason, change.status) {
        (Some(reason), EventStatus::Failed | EventStatus::Dead) => {
            tracing::warn!(event = "event.settled", %tenant, %event_id, trace_id, status, reason);
        }
        (Some(reason), _) => {
            tracing::info!(event = "event.settled", %tenant, %event_id, trace_id, status, reason)
        }
        (None, _) => tracing::info!(event = "event.settled", %tenant, %event_id, trace_id, status, signals),
    }
}

/// A store that does not answer now may answer later.
fn retryable(error: StoreError) -> StepFailure {
    StepFailure::Retryable(error.to_string())
}
