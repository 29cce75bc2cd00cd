//! How an event ends: its last status, the dead letter if it ended badly, and whoever is to hear of it.

use domain::{DeathCause, EventStatus};
use mesh::workflow::{Definition, StepError, StepFailure, Steps};

use super::progress::PATIENT;
use super::{CallIngest, CallIngestInput, retryable};
use crate::pipeline::letters::{Death, letter};
use crate::pipeline::settling::{self, Settling};
use crate::ports::EventTransition;

impl CallIngest {
    /// Gives the event its last status, in a step of its own so that it is retried until it holds.
    pub(super) async fn end(
        &self,
        input: &CallIngestInput,
        steps: &Steps,
        name: &str,
        status: EventStatus,
        reason: Option<String>,
    ) -> Result<(), StepError> {
        let change = EventTransition { run: Some(input.run), reason, ..EventTransition::to(status) };
        let (this, input) = (self.clone(), input.clone());
        steps
            .run(name, PATIENT, move |_attempt| {
                let (this, input, change) = (this.clone(), input.clone(), change.clone());
                async move { this.settle(&input, &change).await }
            })
            .await
    }

    /// The event failed at a step: its last status, and a dead letter that says where and why.
    pub(super) async fn fail(
        &self,
        input: &CallIngestInput,
        steps: &Steps,
        error: &StepError,
    ) -> Result<(), StepError> {
        let reason = error.to_string();
        let (step, errors) = blame(error);
        let (this, input) = (self.clone(), input.clone());
        steps
            .run("fail", PATIENT, move |_attempt| {
                let (this, input, reason) = (this.clone(), input.clone(), reason.clone());
                let (step, errors) = (step.clone(), errors.clone());
                async move {
                    let ports = &this.0;
                    let known = ports.events.steps(input.tenant, input.event_id).await.map_err(retryable)?;
                    let failed = known.into_iter().find(|known| Some(&known.name) == step.as_ref());
                    let death = Death {
                        cause: DeathCause::Workflow,
                        workflow: Some(Self::NAME.to_owned()),
                        step,
                        errors,
                        attempts: failed.map_or(1, |step| step.attempts),
                        message: None,
                    };
                    let letter = letter(input.event_id, input.run, death, ports.clock.now());
                    let change = EventTransition {
                        run: Some(input.run),
                        reason: Some(reason),
                        letter: Some(Box::new(letter)),
                        ..EventTransition::to(EventStatus::Failed)
                    };
                    this.settle(&input, &change).await
                }
            })
            .await
    }

    async fn settle(&self, input: &CallIngestInput, change: &EventTransition) -> Result<(), StepFailure> {
        let settling = Settling {
            events: &*self.0.events,
            clock: &*self.0.clock,
            notifiers: &self.0.notifiers,
            tenant: input.tenant,
            event_id: input.event_id,
            run: input.run,
            traceparent: &input.traceparent,
        };
        settling::settle(&settling, change).await.map_err(retryable)?;
        Ok(())
    }
}

/// The step that failed, and what went wrong, the outermost first.
fn blame(error: &StepError) -> (Option<String>, Vec<String>) {
    match error {
        StepError::Terminal { step, message } => {
            (Some(step.clone()), vec![format!("step `{step}`: no other try can succeed"), message.clone()])
        }
        StepError::Exhausted { step, message } => {
            (Some(step.clone()), vec![format!("step `{step}`: every try failed"), message.clone()])
        }
        other => (None, vec![other.to_string()]),
    }
}
