//! Steps whose progress shows in the event while they run.

use std::future::Future;
use std::time::Duration;

use domain::StepStatus;
use ids::{EventId, TenantId};
use mesh::TraceContext;
use mesh::workflow::{StepError, StepFailure, StepPolicy};
use serde::{Serialize, de::DeserializeOwned};

use super::{EventRun, Staged, retryable};
use crate::pipeline::PipelinePorts;
use crate::ports::StepRecord;
use crate::traces::{span_of, step_name};

/// How often a step is tried: nine times within some four minutes, which is longer than a store is mostly away.
pub(in crate::pipeline) const POLICY: StepPolicy = StepPolicy { retries: 8, ..StepPolicy::DEFAULT };

/// How often a step is tried that must not be given up lightly, since what it does is all that is left to do: for some
/// two hours.
pub(in crate::pipeline) const PATIENT: StepPolicy =
    StepPolicy { retries: 12, delay: Duration::from_secs(2), ..StepPolicy::DEFAULT };

/// A step that shows.
#[derive(Debug, Clone, Copy)]
pub(in crate::pipeline) struct Stage {
    /// Its place in the workflow, from 0.
    pub(in crate::pipeline) position: u32,
    /// Its name.
    pub(in crate::pipeline) name: &'static str,
    /// How often it is tried.
    pub(in crate::pipeline) policy: StepPolicy,
}

/// What the body of a stage works with.
#[derive(Clone)]
pub(in crate::pipeline) struct StageRun {
    pub(in crate::pipeline) ports: PipelinePorts,
    pub(in crate::pipeline) tenant: TenantId,
    pub(in crate::pipeline) event_id: EventId,
    pub(in crate::pipeline) run: u32,
    /// Whether this try is the last one.
    pub(in crate::pipeline) last_try: bool,
    traceparent: String,
    step: &'static str,
}

impl StageRun {
    /// The event's trace, within this step: what the stage asks for or starts is part of it.
    pub(in crate::pipeline) fn trace(&self) -> Result<TraceContext, StepFailure> {
        let trace: TraceContext = self.traceparent.parse().map_err(|error| {
            let given = &self.traceparent;
            StepFailure::Terminal(format!("the instance was started with the traceparent `{given}`: {error}"))
        })?;
        Ok(trace.within(span_of(&step_name(&self.event_id.to_string(), self.step))))
    }
}

/// What came of a stage.
pub(in crate::pipeline) enum Outcome<T> {
    /// It did its work.
    Done(T),
    /// There was no work for it.
    NotNeeded(T),
}

impl EventRun<'_> {
    /// Runs a stage as a durable step and keeps the event's step report current.
    pub(in crate::pipeline) async fn stage<T, F, Fut>(self, stage: Stage, body: F) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn(StageRun) -> Fut + Clone + 'static,
        Fut: Future<Output = Staged<T>> + 'static,
    {
        let Stage { position, name, policy } = stage;
        let run = StageRun {
            ports: self.ports.clone(),
            tenant: self.input.tenant,
            event_id: self.input.event_id,
            run: self.input.run,
            traceparent: self.input.traceparent.clone(),
            step: name,
            last_try: false,
        };
        self.steps
            .run(name, policy, move |attempt| {
                let (mut run, body) = (run.clone(), body.clone());
                run.last_try = attempt > policy.retries;
                async move {
                    let mut record = StepRecord {
                        position,
                        name: name.to_owned(),
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
