//! The `DeadLetters` service: operators see what was given up, and have it run again.

use async_trait::async_trait;
use contracts::OperatorCall;
use contracts::pipeline::{
    DeadLetter, DeadLetterError, DeadLetterPage, DeadLetters, GetDeadLetter, ListDeadLetters, ReplayReceipt,
};
use domain::DeathCause;
use domain::event::NotReplayable;
use mesh::TraceContext;

use super::ReplayPorts;
use crate::ports::{DeadLetterQuery, DeadLetterRecord, EventMessage, Replay, ReplayOutcome, StoreError};

/// [`DeadLetters`] over ports.
#[derive(Clone)]
pub struct DeadLettersService(pub ReplayPorts);

#[async_trait(?Send)]
impl DeadLetters for DeadLettersService {
    async fn list_letters(
        &self,
        _: &OperatorCall,
        request: ListDeadLetters,
    ) -> Result<DeadLetterPage, DeadLetterError> {
        let ListDeadLetters { tenant, cause, before, limit } = request;
        let cause = cause.map(|cause| cause.parse::<DeathCause>()).transpose();
        let cause = cause.map_err(|error| DeadLetterError::UnknownCause { detail: error.to_string() })?;
        let limit = limit.clamp(1, 200);
        // One more than asked for tells whether there is a next page.
        let query = DeadLetterQuery { tenant, cause, before, limit: limit + 1 };
        let mut letters = self.0.letters.list(&query).await.map_err(unavailable)?;
        let more = letters.len() > limit as usize;
        letters.truncate(limit as usize);
        let next_before = letters.last().filter(|_| more).map(|letter| letter.letter.letter_id);
        Ok(DeadLetterPage { items: letters.into_iter().map(message).collect(), next_before })
    }

    async fn get_letter(
        &self,
        _: &OperatorCall,
        request: GetDeadLetter,
    ) -> Result<DeadLetter, DeadLetterError> {
        self.find(&request).await.map(message)
    }

    async fn replay_letter(
        &self,
        context: &OperatorCall,
        request: GetDeadLetter,
    ) -> Result<ReplayReceipt, DeadLetterError> {
        let letter = self.find(&request).await?;
        let (Some(tenant), Some(event_id)) = (letter.tenant, letter.event_id) else {
            let detail = "its message cannot be read, so that there is no event to run again";
            return Err(DeadLetterError::NotReplayable { detail: detail.into() });
        };
        let replay = Replay { at: self.0.clock.now(), by: context.scope.operator.clone() };
        let outcome = self.0.letters.replay(tenant, event_id, request.letter_id, &replay).await;
        let run = letter.run + 1;
        let workflow = match outcome.map_err(unavailable)? {
            ReplayOutcome::Begun { workflow } => workflow,
            ReplayOutcome::Before => return Ok(ReplayReceipt { tenant, event_id, run, before: true }),
            ReplayOutcome::Refused { status } => {
                let detail = NotReplayable { status }.to_string();
                return Err(DeadLetterError::NotReplayable { detail });
            }
        };
        let (by, trace_id) = (&replay.by, context.trace.trace_id());
        tracing::info!(event = "dead_letter.replayed", %tenant, %event_id, run, by, trace_id);
        let traceparent = letter.traceparent.unwrap_or_else(|| context.trace.to_string());
        let message = EventMessage { tenant, event_id, run, workflow, traceparent };
        // Its outbox entry is open and due: a queue that is down costs a minute.
        if let Err(error) = self.0.queue.send(&[message]).await {
            tracing::warn!(event = "queue.send_failed", %tenant, %event_id, trace_id, %error);
        }
        Ok(ReplayReceipt { tenant, event_id, run, before: false })
    }
}

impl DeadLettersService {
    async fn find(&self, request: &GetDeadLetter) -> Result<DeadLetterRecord, DeadLetterError> {
        let found = self.0.letters.get(request.letter_id).await.map_err(unavailable)?;
        found.ok_or(DeadLetterError::NotFound)
    }
}

fn message(record: DeadLetterRecord) -> DeadLetter {
    let DeadLetterRecord { letter, tenant, event_id, run, traceparent, event, replayed } = record;
    let trace = traceparent.and_then(|text| text.parse::<TraceContext>().ok());
    let (replayed_at, replayed_by) = replayed.map(|replay| (replay.at, replay.by)).unzip();
    DeadLetter {
        letter_id: letter.letter_id,
        tenant,
        event_id,
        run,
        cause: letter.cause.to_string(),
        workflow: letter.workflow,
        step: letter.step,
        errors: letter.errors,
        attempts: letter.attempts,
        message: letter.message,
        trace_id: trace.map(|trace| trace.trace_id()).unwrap_or_default(),
        dead_at: letter.dead_at,
        expires_at: letter.expires_at,
        event_status: event.map(|(status, _)| status.to_string()),
        replayed_at,
        replayed_by,
    }
}

fn unavailable(error: StoreError) -> DeadLetterError {
    DeadLetterError::Unavailable { detail: error.to_string() }
}
