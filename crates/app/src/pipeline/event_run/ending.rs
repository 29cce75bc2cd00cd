//! How an event ends: its last status, the dead letter if it ended badly, and whoever is to hear of it.

use domain::{DeathCause, EventStatus};
use mesh::workflow::{StepError, StepFailure};

use super::{EventRun, EventRunInput, PATIENT, retryable};
use crate::pipeline::PipelinePorts;
use crate::pipeline::letters::{Death, letter};
use crate::pipeline::settling::{self, Settling};
use crate::ports::EventTransition;

impl EventRun<'_> {
    /// Gives the event its last status, in a step of its own so that it is retried until it holds.
    pub(in crate::pipeline) async fn end(
        self,
        name: &str,
        status: EventStatus,
        reason: Option<String>,
    ) -> Result<(), StepError> {
        let change = EventTransition { run: Some(self.input.run), reason, ..EventTransition::to(status) };
        let (ports, input) = (self.ports.clone(), self.input.clone());
        self.steps
            .run(name, PATIENT, move |_attempt| {
                let (ports, input, change) = (ports.clone(), input.clone(), change.clone());
                async move { settle(&ports, &input, &change).await }
            })
            .await
    }

    /// The event failed at a step: its last status, and a dead letter that says where and why.
    pub(in crate::pipeline) async fn fail(self, error: &StepError) -> Result<(), StepError> {
        let reason = error.to_string();
        let (step, errors) = blame(error);
        let (ports, input, workflow) = (self.ports.clone(), self.input.clone(), self.workflow);
        self.steps
            .run("fail", PATIENT, move |_attempt| {
                let (ports, input, reason) = (ports.clone(), input.clone(), reason.clone());
                let (step, errors) = (step.clone(), errors.clone());
                async move {
                    let known = ports.events.steps(input.tenant, input.event_id).await.map_err(retryable)?;
                    let failed = known.into_iter().find(|known| Some(&known.name) == step.as_ref());
                    let death = Death {
                        cause: DeathCause::Workflow,
                        workflow: Some(workflow.to_owned()),
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
                    settle(&ports, &input, &change).await
                }
            })
            .await
    }
}

async fn settle(
    ports: &PipelinePorts,
    input: &EventRunInput,
    change: &EventTransition,
) -> Result<(), StepFailure> {
    let settling = Settling {
        events: &*ports.events,
        clock: &*ports.clock,
        notifiers: &ports.notifiers,
        tenant: input.tenant,
        event_id: input.event_id,
        run: input.run,
        traceparent: &input.traceparent,
    };
    settling::settle(&settling, change).await.map_err(retryable)?;
    Ok(())
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
