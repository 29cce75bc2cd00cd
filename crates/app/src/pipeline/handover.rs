//! Handing queued events to their workflows: a verdict a message, so that none holds up another.

use contracts::Timestamp;
use domain::DeathCause;
use domain::handover::retry_delay_s;

use super::HandoverPorts;
use super::letters::{Death, letter_of_message};
use crate::ports::{EventMessage, StoreError};

/// What the platform starts at once.
const MOST_AT_ONCE: usize = 100;

/// A message as the queue delivered it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// The queue's own id of the message.
    pub message_id: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Which try this is, counted from 1.
    pub attempt: u32,
    /// What it says.
    pub body: Result<EventMessage, Unreadable>,
}

/// A message that is none of ours, or of a build that wrote another shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// As it lay in the queue.
    pub text: String,
    /// Why it cannot be read.
    pub error: String,
}

/// What is to become of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is done with.
    Done,
    /// It is to come again.
    Again {
        /// Not before so many seconds have passed.
        delay_s: u32,
    },
}

impl Verdict {
    pub(super) fn after(attempt: u32, error: &StoreError) -> Self {
        Self::Again { delay_s: retry_delay_s(attempt, error.retry_after_s) }
    }
}

/// Starts the workflow of every event that is named. What cannot be read goes to the dead letters at once: it would not
/// be readable the next time. In the order of `deliveries`.
pub async fn hand_over(ports: &HandoverPorts, deliveries: &[Delivery]) -> Vec<Verdict> {
    let mut verdicts = vec![Verdict::Done; deliveries.len()];
    let mut readable = Vec::with_capacity(deliveries.len());
    for (at, delivery) in deliveries.iter().enumerate() {
        match &delivery.body {
            Ok(message) => readable.push((at, message.clone())),
            Err(unreadable) => verdicts[at] = isolate(ports, delivery, unreadable).await,
        }
    }
    for batch in readable.chunks(MOST_AT_ONCE) {
        let messages: Vec<EventMessage> = batch.iter().map(|(_, message)| message.clone()).collect();
        let started = match ports.instances.start(&messages).await {
            Ok(started) => started,
            Err(error) => vec![Err(error); batch.len()],
        };
        for ((at, message), outcome) in batch.iter().zip(started) {
            if let Err(error) = outcome {
                verdicts[*at] = postpone(ports, message, deliveries[*at].attempt, &error).await;
            }
        }
    }
    verdicts
}

/// Keeps a message that cannot be read, for an operator to see.
pub(super) async fn isolate(
    ports: &HandoverPorts,
    delivery: &Delivery,
    Unreadable { text, error }: &Unreadable,
) -> Verdict {
    tracing::error!(event = "queue.message_unreadable", message_id = delivery.message_id, error);
    let death = Death {
        cause: DeathCause::Unreadable,
        workflow: None,
        step: None,
        errors: vec!["the queue's message cannot be read".into(), error.clone()],
        attempts: delivery.attempt,
        message: Some(text.clone()),
    };
    let letter = letter_of_message(&delivery.message_id, delivery.sent_at, death, ports.clock.now());
    match ports.letters.keep_unreadable(&letter).await {
        Ok(()) => Verdict::Done,
        Err(error) => {
            tracing::error!(event = "dead_letter.not_kept", message_id = delivery.message_id, %error);
            Verdict::after(delivery.attempt, &error)
        }
    }
}

/// The message comes again; why is noted, for the dead letter that it may become.
async fn postpone(
    ports: &HandoverPorts,
    message: &EventMessage,
    attempt: u32,
    error: &StoreError,
) -> Verdict {
    let EventMessage { tenant, event_id, .. } = message;
    tracing::warn!(event = "queue.message_retried", %tenant, %event_id, attempt, %error);
    // Best effort: where this store is what fails, the letter will say less.
    let noted = ports.events.note_handover(*tenant, *event_id, attempt, &error.to_string()).await;
    if let Err(error) = noted {
        tracing::warn!(event = "queue.retry_not_noted", %tenant, %event_id, %error);
    }
    Verdict::after(attempt, error)
}
