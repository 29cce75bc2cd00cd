//! Steps whose progress shows in the event while they run.

use std::future::Future;

use domain::StepStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use serde::{Serialize, de::DeserializeOwned};

use super::{CallIngest, CallIngestInput, STEPS, retryable};
use crate::pipeline::PipelinePorts;
use crate::ports::StepRecord;

/// A step that shows, by its place in [`STEPS`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    Load = 0,
    Prefilter = 1,
    Extract = 2,
    Store = 3,
    Embed = 4,
    Evaluate = 5,
}

impl Stage {
    fn name(self) -> &'static str {
        STEPS[self as usize]
    }
}

/// What the body of a stage works with.
#[derive(Clone)]
pub(super) struct StageRun {
    pub(super) ports: PipelinePorts,
    pub(super) tenant: TenantId,
    pub(super) event_id: EventId,
    pub(super) trace: Option<TraceContext>,
    /// Whether this try is the last one.
    pub(super) last_try: bool,
}

/// What came of a stage.
pub(super) enum Outcome<T> {
    /// It did its work.
    Done(T),
    /// There was no work for it.
    NotNeeded(T),
}

impl CallIngest {
    /// Runs a stage as a durable step and keeps the event's step report current.
    pub(super) async fn stage<T, F, Fut>(
        &self,
        input: &CallIngestInput,
        steps: &Steps,
        stage: Stage,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn(StageRun) -> Fut + Clone + 'static,
        Fut: Future<Output = Result<Outcome<T>, StepFailure>> + 'static,
    {
        let policy = StepPolicy::default();
        let run = StageRun {
            ports: self.0.clone(),
            tenant: input.tenant,
            event_id: input.event_id,
            trace: input.traceparent.parse().ok(),
            last_try: false,
        };
        steps
            .run(stage.name(), policy, move |attempt| {
                let (mut run, body) = (run.clone(), body.clone());
                run.last_try = attempt > policy.retries;
                async move {
                    let mut record = StepRecord {
                        position: stage as u32,
                        name: stage.name().to_owned(),
                        status: StepStatus::Running,
                        attempts: attempt,
                        started_at: run.ports.clock.now(),
                        ended_at: None,
                        error: None,
                    };
                    report(&run, &record).await?;
                    let outcome = body(run.clone()).await;
                    record.ended_at = Some(run.ports.clock.now());
                    let result = match outcome {
                        Ok(Outcome::Done(value)) => {
                            record.status = StepStatus::Succeeded;
                            Ok(value)
                        }
                        Ok(Outcome::NotNeeded(value)) => {
                            record.status = StepStatus::Skipped;
                            Ok(value)
                        }
                        Err(failure) => {
                            let last =
                                matches!(failure, StepFailure::Terminal(_)) || attempt > policy.retries;
                            record.status = if last { StepStatus::Failed } else { StepStatus::Running };
                            record.ended_at = record.ended_at.filter(|_| last);
                            record.error = Some(failure.to_string());
                            Err(failure)
                        }
                    };
                    match report(&run, &record).await {
                        Ok(()) => result,
                        // The first failure says more than the failure to report it.
                        Err(unreported) => result.and(Err(unreported)),
                    }
                }
            })
            .await
    }
}

async fn report(run: &StageRun, record: &StepRecord) -> Result<(), StepFailure> {
    run.ports.events.record_step(run.tenant, run.event_id, record).await.map_err(retryable)
}
