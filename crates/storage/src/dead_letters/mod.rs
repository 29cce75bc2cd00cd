//! Dead letters over SQL.

mod redrives;
mod row;

use app::ports::{
    DeadLetterQuery, DeadLetterRecord, DeadLetterStore, NewDeadLetter, Replay, ReplayOutcome, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::{EventStatus, EventWorkflow};
use ids::{DeadLetterId, EventId, TenantId};

use crate::sql::{SqlDatabase, Statement, values};
pub(crate) use row::errors_json;
use row::{BegunRow, IdRow, LetterRow};

/// Dead letters over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlDeadLetterStore<D> {
    database: D,
}

impl<D> SqlDeadLetterStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> DeadLetterStore for SqlDeadLetterStore<D> {
    async fn keep_unreadable(&self, letter: &NewDeadLetter) -> Result<(), StoreError> {
        let insert = Statement::new(
            include_str!("../../queries/dead_letters/insert_unreadable.sql"),
            values![
                letter.letter_id,
                letter.cause.as_str(),
                errors_json(&letter.errors),
                letter.attempts,
                letter.message.as_ref(),
                letter.dead_at,
                letter.expires_at,
                letter.group.as_ref().map(|group| &group.fingerprint),
                letter.group.as_ref().map(|group| &group.pattern),
            ],
        );
        self.database.query(insert).await.map(|_| ())
    }

    async fn get(&self, letter_id: DeadLetterId) -> Result<Option<DeadLetterRecord>, StoreError> {
        let select = Statement::new(include_str!("../../queries/dead_letters/select.sql"), values![]);
        self.database.query(select.and("d.id =", letter_id)).await?.first::<LetterRow, _>()
    }

    async fn list(&self, query: &DeadLetterQuery) -> Result<Vec<DeadLetterRecord>, StoreError> {
        let select = Statement::new(include_str!("../../queries/dead_letters/select.sql"), values![])
            .and_if("d.tenant_id =", query.tenant)
            .and_if("d.cause =", query.cause.map(|cause| cause.as_str()))
            .and_if("d.fingerprint =", query.group.as_ref())
            .and_if("d.id <", query.before)
            .newest(query.limit);
        self.database.query(select).await?.read::<LetterRow, _>()
    }

    async fn replay(
        &self,
        tenant: TenantId,
        event_id: EventId,
        letter_id: DeadLetterId,
        replay: &Replay,
    ) -> Result<ReplayOutcome, StoreError> {
        let name = self.database.name();
        let known = self.get(letter_id).await?;
        let known = known.filter(|known| known.tenant == Some(tenant) && known.event_id == Some(event_id));
        let Some(DeadLetterRecord { run, .. }) = known else {
            return Err(StoreError::new(name, format!("the event has no dead letter `{letter_id}`")));
        };
        let (from, to) = replayable();
        let at = replay.at;
        let answers = self
            .database
            .batch(vec![
                Statement::new(
                    include_str!("../../queries/events/replay.sql"),
                    values![tenant, event_id, run, at, from, to],
                ),
                Statement::new(
                    include_str!("../../queries/steps/forget.sql"),
                    values![tenant, event_id, run, letter_id],
                ),
                Statement::new(
                    include_str!("../../queries/outbox/reopen.sql"),
                    values![tenant, event_id, run, at, letter_id],
                ),
                Statement::new(
                    include_str!("../../queries/dead_letters/note_replay.sql"),
                    values![tenant, letter_id, event_id, at, &replay.by],
                ),
            ])
            .await?;
        let begun = answers.first().map(|rows| rows.first::<BegunRow, EventWorkflow>()).transpose()?;
        if let Some(workflow) = begun.flatten() {
            return Ok(ReplayOutcome::Begun { workflow });
        }
        let stands = self.get(letter_id).await?.and_then(|letter| letter.event);
        match stands {
            Some((status, under_way)) if under_way == run => Ok(ReplayOutcome::Refused { status }),
            Some(_) => Ok(ReplayOutcome::Before),
            None => Err(StoreError::new(name, format!("the tenant has no event `{event_id}`"))),
        }
    }

    async fn purge(&self, now: Timestamp, limit: u32) -> Result<u32, StoreError> {
        let purge = Statement::new(include_str!("../../queries/dead_letters/purge.sql"), values![now, limit]);
        let purged = self.database.query(purge).await?.read::<IdRow, IdRow>()?;
        Ok(purged.len() as u32)
    }
}

/// The statuses from which a replay may begin, as a JSON array, and the one with which it does.
fn replayable() -> (String, &'static str) {
    let from: Vec<_> = EventStatus::ALL.into_iter().filter(|status| status.may_replay()).collect();
    let to = from.first().and_then(|status| status.replay().ok()).unwrap_or(EventStatus::Received);
    let from: Vec<_> = from.into_iter().map(EventStatus::as_str).collect();
    (serde_json::json!(from).to_string(), to.as_str())
}
