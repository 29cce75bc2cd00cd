//! The `DeadLetters` service: operators see what was given up, and have it run again.

use async_trait::async_trait;
use contracts::OperatorCall;
use contracts::pipeline::{
    DeadLetter, DeadLetterError, DeadLetterPage, DeadLetters, GetDeadLetter, ListDeadLetters, ReplayReceipt,
};
use domain::DeathCause;
use domain::event::NotReplayable;
use ids::{DeadLetterId, EventId, TenantId};
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
        let ListDeadLetters { tenant, cause, group, before, limit } = request;
        let cause = cause.map(|cause| cause.parse::<DeathCause>()).transpose();
        let cause = cause.map_err(|error| DeadLetterError::UnknownCause { detail: error.to_string() })?;
        let limit = limit.clamp(1, 200);
        // One more than asked for tells whether there is a next page.
        let query = DeadLetterQuery { tenant, cause, group, before, limit: limit + 1 };
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
        let by = &context.scope.operator;
        let replayed = replay_one(&self.0, request.letter_id, by, Some(context.trace)).await;
        match replayed.map_err(unavailable)? {
            Replayed::Begun { tenant, event_id, run } => {
                Ok(ReplayReceipt { tenant, event_id, run, before: false })
            }
            Replayed::Before { tenant, event_id, run } => {
                Ok(ReplayReceipt { tenant, event_id, run, before: true })
            }
            Replayed::Refused { detail, .. } => Err(DeadLetterError::NotReplayable { detail }),
            Replayed::Unreadable => {
                let detail = "its message cannot be read, so that there is no event to run again";
                Err(DeadLetterError::NotReplayable { detail: detail.into() })
            }
            Replayed::Gone => Err(DeadLetterError::NotFound),
        }
    }
}

/// What came of replaying a letter.
pub(super) enum Replayed {
    /// Its event runs again.
    Begun { tenant: TenantId, event_id: EventId, run: u32 },
    /// It was replayed before.
    Before { tenant: TenantId, event_id: EventId, run: u32 },
    /// Its event cannot run again as it stands.
    Refused { tenant: TenantId, event_id: EventId, detail: String },
    /// There is no event to run again.
    Unreadable,
    /// There is no such letter, or not any more.
    Gone,
}

/// Has a letter's event run again from the start, on behalf of `by`. Once: a letter that was replayed says so.
pub(super) async fn replay_one(
    ports: &ReplayPorts,
    letter_id: DeadLetterId,
    by: &str,
    trace: Option<TraceContext>,
) -> Result<Replayed, StoreError> {
    let Some(letter) = ports.letters.get(letter_id).await? else { return Ok(Replayed::Gone) };
    let (Some(tenant), Some(event_id)) = (letter.tenant, letter.event_id) else {
        return Ok(Replayed::Unreadable);
    };
    let replay = Replay { at: ports.clock.now(), by: by.to_owned() };
    let run = letter.run + 1;
    let workflow = match ports.letters.replay(tenant, event_id, letter_id, &replay).await? {
        ReplayOutcome::Begun { workflow } => workflow,
        ReplayOutcome::Before => return Ok(Replayed::Before { tenant, event_id, run }),
        ReplayOutcome::Refused { status } => {
            let detail = NotReplayable { status }.to_string();
            return Ok(Replayed::Refused { tenant, event_id, detail });
        }
    };
    let trace_id = trace.map(|trace| trace.trace_id());
    tracing::info!(event = "dead_letter.replayed", %tenant, %event_id, run, by, trace_id);
    let own = || trace.map(|trace| trace.to_string()).unwrap_or_default();
    let traceparent = letter.traceparent.unwrap_or_else(own);
    let message = EventMessage { tenant, event_id, run, workflow, traceparent };
    // Its outbox entry is open and due: a queue that is down costs a minute.
    if let Err(error) = ports.queue.send(&[message]).await {
        tracing::warn!(event = "queue.send_failed", %tenant, %event_id, trace_id, %error);
    }
    Ok(Replayed::Begun { tenant, event_id, run })
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
        group: letter.group.map(|group| group.fingerprint),
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
