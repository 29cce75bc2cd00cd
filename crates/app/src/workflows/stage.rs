//! Steps whose progress shows in their run, and the end of a run.

use std::future::Future;
use std::rc::Rc;
use std::time::Duration;

use domain::StepStatus;
use domain::workflow::RunStatus;
use ids::TenantId;
use mesh::workflow::{StepError, StepFailure, StepPolicy, Steps};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::ports::{Clock, RunChange, RunStore, StepRecord, StoreError};

/// For stores of our own: a second, doubling, for more than an hour in all.
pub(crate) const PATIENT: StepPolicy =
    StepPolicy { retries: 12, delay: Duration::from_secs(1), ..StepPolicy::DEFAULT };

/// What an instance is started with.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RunInput {
    /// Whose run.
    pub tenant: TenantId,
    /// Which.
    pub run_id: String,
    /// Its trace, as a W3C `traceparent`.
    pub traceparent: String,
}

/// A run at work.
#[derive(Clone)]
pub(crate) struct Running {
    pub(crate) runs: Rc<dyn RunStore>,
    pub(crate) clock: Rc<dyn Clock>,
    pub(crate) tenant: TenantId,
    pub(crate) run_id: String,
}

impl Running {
    pub(crate) fn new(runs: &Rc<dyn RunStore>, clock: &Rc<dyn Clock>, input: &RunInput) -> Self {
        Self { runs: runs.clone(), clock: clock.clone(), tenant: input.tenant, run_id: input.run_id.clone() }
    }

    /// Runs a durable step and keeps the run's account of it current.
    pub(crate) async fn stage<T, F, Fut>(
        &self,
        steps: &Steps,
        position: u32,
        name: &'static str,
        policy: StepPolicy,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn() -> Fut + Clone + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        self.recorded(steps, name, position, name, policy, body).await
    }

    /// The same for a step that a run takes again and again: each turn is a step of its own for the engine, and the run
    /// shows the latest.
    pub(crate) async fn turn<T, F, Fut>(
        &self,
        steps: &Steps,
        turn: u32,
        (position, name): (u32, &'static str),
        policy: StepPolicy,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn() -> Fut + Clone + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        self.recorded(steps, &format!("{name} {turn}"), position, name, policy, body).await
    }

    async fn recorded<T, F, Fut>(
        &self,
        steps: &Steps,
        step: &str,
        position: u32,
        name: &'static str,
        policy: StepPolicy,
        body: F,
    ) -> Result<T, StepError>
    where
        T: Serialize + DeserializeOwned + 'static,
        F: Fn() -> Fut + Clone + 'static,
        Fut: Future<Output = Result<T, StepFailure>> + 'static,
    {
        let this = self.clone();
        steps
            .run(step, policy, move |attempt| {
                let (this, body) = (this.clone(), body.clone());
                async move {
                    let mut record = StepRecord {
                        position,
                        name: name.to_owned(),
                        status: StepStatus::Running,
                        attempts: attempt,
                        started_at: this.clock.now(),
                        ended_at: None,
                        error: None,
                    };
                    this.record(&record).await?;
                    let outcome = body().await;
                    let last = attempt > policy.retries || !matches!(outcome, Err(StepFailure::Retryable(_)));
                    record.ended_at = Some(this.clock.now()).filter(|_| last);
                    record.status = match &outcome {
                        Ok(_) => StepStatus::Succeeded,
                        Err(_) if last => StepStatus::Failed,
                        Err(_) => StepStatus::Running,
                    };
                    record.error = outcome.as_ref().err().map(ToString::to_string);
                    match this.record(&record).await {
                        Ok(()) => outcome,
                        // The first failure says more than the failure to report it.
                        Err(unreported) => outcome.and(Err(unreported)),
                    }
                }
            })
            .await
    }

    /// Changes the run, in a step of its own so that it is tried until it holds.
    pub(crate) async fn change(&self, steps: &Steps, name: &str, change: RunChange) -> Result<(), StepError> {
        let this = self.clone();
        steps
            .run(name, PATIENT, move |_attempt| {
                let (this, change) = (this.clone(), change.clone());
                async move {
                    let now = this.clock.now();
                    this.runs.change(this.tenant, &this.run_id, &change, now).await.map_err(retryable)?;
                    let Self { tenant, run_id, .. } = &this;
                    if let Some(status) = change.status.filter(|status| status.has_ended()) {
                        tracing::info!(event = "workflow.ended", %tenant, run_id, %status, error = change.error);
                    }
                    Ok(())
                }
            })
            .await
    }

    /// Notes how the run ended. What it says of a failure is what the engine hears too.
    pub(crate) async fn ended<T: Serialize>(
        &self,
        steps: &Steps,
        outcome: Result<T, StepError>,
    ) -> Result<T, StepError> {
        let change = match &outcome {
            Ok(output) => RunChange {
                output: serde_json::to_string(output).ok(),
                ..RunChange::to(RunStatus::Completed)
            },
            Err(error) => RunChange { error: Some(error.to_string()), ..RunChange::to(RunStatus::Failed) },
        };
        self.change(steps, "settle", change).await?;
        outcome
    }

    async fn record(&self, step: &StepRecord) -> Result<(), StepFailure> {
        self.runs.record_step(self.tenant, &self.run_id, step).await.map_err(retryable)
    }
}

/// A store that does not answer now may answer later.
pub(crate) fn retryable(error: StoreError) -> StepFailure {
    StepFailure::Retryable(error.to_string())
}
