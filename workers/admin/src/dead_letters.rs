//! `/admin/api/dead-letters`: work that was given up, and running it again.

use contracts::pipeline::{self, DeadLetterError, DeadLettersClient, GetDeadLetter, ListDeadLetters};
use contracts::{OperatorCall, Timestamp};
use http_api::Page;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{DeadLetterId, EventId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The query of the list.
struct Filters {
    tenant: Option<TenantId>,
    cause: Option<String>,
    group: Option<String>,
    page: PageRequest<DeadLetterId>,
}

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        Some(Self {
            tenant: query.value("tenant"),
            cause: query.text("cause", TextRule::slug(32)),
            group: query.text("group", TextRule::slug(32)),
            page: query.page("dead-letters", &["tenant", "cause", "group"]),
        })
    }
}

/// A dead letter, as operators see it.
#[derive(Debug, Serialize)]
pub struct DeadLetter {
    /// Its id.
    pub id: DeadLetterId,
    /// Whose event it was; none where nobody could read that.
    pub tenant: Option<TenantId>,
    /// The event.
    pub event_id: Option<EventId>,
    /// Which run of it.
    pub run: u32,
    /// Who gave up.
    pub cause: String,
    /// What it died of: the fingerprint of its group.
    pub group: Option<String>,
    /// The workflow.
    pub workflow: Option<String>,
    /// Its step.
    pub step: Option<String>,
    /// What went wrong, oldest first.
    pub errors: Vec<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// The queue's message, where nobody could read it.
    pub message: Option<String>,
    /// The event's trace.
    pub trace_id: String,
    /// When it was given up.
    pub dead_at: http_api::Timestamp,
    /// Until when the letter is kept.
    pub expires_at: http_api::Timestamp,
    /// How the event is now.
    pub event_status: Option<String>,
    /// When it was replayed.
    pub replayed_at: Option<http_api::Timestamp>,
    /// By whom.
    pub replayed_by: Option<String>,
}

/// The answer to a replay.
#[derive(Debug, Serialize)]
struct Replayed {
    tenant: TenantId,
    event_id: EventId,
    run: u32,
    duplicate: bool,
}

/// A page of letters, newest first, of a tenant or a cause where the query says so.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list<T: Transport>(
    letters: &DeadLettersClient<T>,
    call: &OperatorCall,
    query: &str,
) -> Result<Page<DeadLetter>, Problem> {
    let Filters { tenant, cause, group, page } = read_query(query).map_err(Problem::of_query)?;
    let request = ListDeadLetters { tenant, cause, group, before: page.after, limit: page.limit };
    let found = letters.list_letters(call, request).await.map_err(refused)?;
    Ok(page.answer(found.items.into_iter().map(DeadLetter::from).collect(), found.next_before))
}

/// One letter.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get<T: Transport>(
    letters: &DeadLettersClient<T>,
    call: &OperatorCall,
    letter_id: DeadLetterId,
) -> Result<DeadLetter, Problem> {
    let found = letters.get_letter(call, GetDeadLetter { letter_id }).await.map_err(refused)?;
    Ok(DeadLetter::from(found))
}

/// Has the letter's event run again from the start. Asked again, it does nothing more and says so.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn replay<T: Transport>(
    asker: &Asker<'_>,
    letters: &DeadLettersClient<T>,
    call: &OperatorCall,
    letter_id: DeadLetterId,
) -> Result<Answer, Problem> {
    let act = asker.act("dead_letter.replay", None, letter_id.to_string());
    let replay = async { letters.replay_letter(call, GetDeadLetter { letter_id }).await.map_err(refused) };
    let told = |receipt: &pipeline::ReplayReceipt| {
        let pipeline::ReplayReceipt { tenant, event_id, run, before } = receipt;
        serde_json::json!({ "tenant": tenant, "event_id": event_id, "run": run, "duplicate": before })
    };
    let receipt = asker.carry_out(act, replay, told).await?;
    let pipeline::ReplayReceipt { tenant, event_id, run, before } = receipt;
    Ok(Answer::json(&Replayed { tenant, event_id, run, duplicate: before }).with_status(202))
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<DeadLetterError>) -> Problem {
    match error {
        CallError::Refused(DeadLetterError::NotFound) => Problem::no_dead_letter(),
        CallError::Refused(DeadLetterError::UnknownCause { detail }) => {
            Problem::new(Code::BadQuery, detail.clone()).about("?cause", detail)
        }
        CallError::Refused(DeadLetterError::NotReplayable { detail }) => {
            Problem::new(Code::NotReplayable, detail)
        }
        error => Problem::of_call(&error),
    }
}

impl From<pipeline::DeadLetter> for DeadLetter {
    fn from(letter: pipeline::DeadLetter) -> Self {
        let time = |time: Timestamp| http_api::Timestamp::from_unix_ms(time.unix_ms());
        Self {
            id: letter.letter_id,
            tenant: letter.tenant,
            event_id: letter.event_id,
            run: letter.run,
            cause: letter.cause,
            group: letter.group,
            workflow: letter.workflow,
            step: letter.step,
            errors: letter.errors,
            attempts: letter.attempts,
            message: letter.message,
            trace_id: letter.trace_id,
            dead_at: time(letter.dead_at),
            expires_at: time(letter.expires_at),
            event_status: letter.event_status,
            replayed_at: letter.replayed_at.map(time),
            replayed_by: letter.replayed_by,
        }
    }
}
