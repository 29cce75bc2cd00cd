//! Steps whose progress shows in the event while they run.

use std::future::Future;
use std::time::Duration;

use domain::StepStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use serde::{Serialize, de::DeserializeOwned};

use super::{CallIngest, CallIngestInput, STEPS, retryable};
use crate::pipeline::PipelinePorts;
use crate::ports::StepRecord;

/// How often a step is tried: nine times within some four minutes, which is longer than a store is mostly away.
pub(super) const POLICY: StepPolicy = StepPolicy { retries: 8, ..StepPolicy::DEFAULT };

/// How often a step is tried that must not be given up lightly, since what it does is all that is left to do: for some
/// two hours.
pub(super) const PATIENT: StepPolicy =
    StepPolicy { retries: 12, delay: Duration::from_secs(2), ..StepPolicy::DEFAULT };

/// A step that shows, by its place in [`STEPS`].
#[derive(Debug, Clone, Copy)]
pub(super) enum Stage {
    Load = 0,
    Normalize = 1,
    Prefilter = 2,
    Extract = 3,
    Verify = 4,
    Store = 5,
    Chunk = 6,
    Embed = 7,
    Evaluate = 8,
    Notify = 9,
}

impl Stage {
    fn name(self) -> &'static str {
        STEPS[self as usize]
    }

    fn policy(self) -> StepPolicy {
        match self {
            Self::Notify => PATIENT,
            _ => POLICY,
        }
    }
}

/// What the body of a stage works with.
#[derive(Clone)]
pub(super) struct StageRun {
    pub(super) ports: PipelinePorts,
    pub(super) tenant: TenantId,
    pub(super) event_id: EventId,
    pub(super) run: u32,
    /// Whether this try is the last one.
    pub(super) last_try: bool,
    traceparent: String,
}

impl StageRun {
    /// The event's trace.
    pub(super) fn trace(&self) -> Result<TraceContext, StepFailure> {
        self.traceparent.parse().map_err(|error| {
            let given = &self.traceparent;
            StepFailure::Terminal(format!("the instance was started with the traceparent `{given}`: {error}"))
        })
    }
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
        let policy = stage.policy();
        let run = StageRun {
            ports: self.0.clone(),
            tenant: input.tenant,
            event_id: input.event_id,
            run: input.run,
            traceparent: input.traceparent.clone(),
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
    run.ports.events.record_step(run.tenant, run.event_id, run.run, record).await.map_err(retryable)
}
