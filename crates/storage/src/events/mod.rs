//! Events, their steps and the outbox over SQL.

mod row;

use app::ports::{
    EarlierKey, EventFinder, EventRecord, EventStore, EventTransition, Inserted, NewEvent, OutboxEntry,
    StepRecord, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ListEvents;
use contracts::pipeline::operations::FindEvents;
use domain::event::EventStatus;
use ids::{DeadLetterId, EventId, TenantId};

use crate::dead_letters::errors_json;
use crate::sql::{SqlDatabase, Statement, values};
use row::{
    DeliveryRow, DepthRow, EventRow, FoundRow, LetterRow, LocatedRow, OutboxRow, OwnerRow, StepRow,
    assessment_json,
};

/// Events over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlEventStore<D> {
    database: D,
}

impl<D> SqlEventStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> EventStore for SqlEventStore<D> {
    async fn insert(
        &self,
        tenant: TenantId,
        event: &NewEvent,
        earlier: Option<&EarlierKey>,
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError> {
        let (earlier_key, after) =
            (earlier.map(|earlier| &earlier.key), earlier.map(|earlier| earlier.after));
        let answers = self
            .database
            .batch(vec![
                Statement::new(
                    include_str!("../../queries/events/insert.sql"),
                    values![
                        tenant,
                        event.event_id,
                        &event.source,
                        &event.kind,
                        event.subject.as_ref(),
                        event.endpoint_id,
                        &event.delivery_key,
                        &event.content_sha256,
                        &event.object_key,
                        &event.media_type,
                        event.size_bytes,
                        &event.traceparent,
                        event.occurred_at,
                        event.received_at,
                        earlier_key,
                        after,
                        event.workflow.as_str(),
                    ],
                ),
                Statement::new(
                    include_str!("../../queries/outbox/open.sql"),
                    values![tenant, event.event_id, sweep_at],
                ),
                Statement::new(
                    include_str!("../../queries/events/by_delivery_key.sql"),
                    values![tenant, &event.delivery_key, earlier_key, after],
                ),
            ])
            .await?;
        let stored =
            answers.last().map(|rows| rows.first::<DeliveryRow, DeliveryRow>()).transpose()?.flatten();
        match stored {
            Some(row) if row.id == event.event_id => Ok(Inserted::New),
            Some(row) => Ok(Inserted::Existing { event_id: row.id, content_sha256: row.content_sha256 }),
            None => {
                let taken = format!("event id `{}` is taken by another delivery", event.event_id);
                Err(StoreError::new(self.database.name(), taken))
            }
        }
    }

    async fn get(&self, tenant: TenantId, event_id: EventId) -> Result<Option<EventRecord>, StoreError> {
        let select = Statement::new(include_str!("../../queries/events/select.sql"), values![tenant]);
        self.database.query(select.and("id =", event_id)).await?.first::<EventRow, _>()
    }

    async fn list(&self, tenant: TenantId, query: &ListEvents) -> Result<Vec<EventRecord>, StoreError> {
        self.database.query(list_statement(tenant, query)).await?.read::<EventRow, _>()
    }

    async fn transition(
        &self,
        tenant: TenantId,
        event_id: EventId,
        change: &EventTransition,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let status = change.status.as_str();
        let from: Vec<_> = EventStatus::ALL
            .into_iter()
            .filter(|from| from.allows(change.status))
            .map(EventStatus::as_str)
            .collect();
        let from = serde_json::json!(from).to_string();
        let mut statements = vec![Statement::new(
            include_str!("../../queries/events/transition.sql"),
            values![
                tenant,
                event_id,
                status,
                change.reason.as_ref(),
                change.title.as_ref(),
                change.account.as_ref(),
                change.signals_count,
                change.assessment.as_ref().map(assessment_json),
                now,
                from,
                change.run,
            ],
        )];
        if change.status.is_settled() {
            statements.push(Statement::new(
                include_str!("../../queries/outbox/close.sql"),
                values![tenant, event_id, status, change.run],
            ));
        }
        if let Some(letter) = &change.letter {
            statements.push(Statement::new(
                include_str!("../../queries/dead_letters/insert_of_event.sql"),
                values![
                    tenant,
                    event_id,
                    status,
                    change.run,
                    letter.letter_id,
                    letter.cause.as_str(),
                    letter.workflow.as_ref(),
                    letter.step.as_ref(),
                    errors_json(&letter.errors),
                    letter.attempts,
                    letter.message.as_ref(),
                    letter.dead_at,
                    letter.expires_at,
                    letter.group.as_ref().map(|group| &group.fingerprint),
                    letter.group.as_ref().map(|group| &group.pattern),
                ],
            ));
        }
        let answers = self.database.batch(statements).await?;
        Ok(answers.first().is_some_and(|changed| !changed.is_empty()))
    }

    async fn record_step(
        &self,
        tenant: TenantId,
        event_id: EventId,
        run: u32,
        step: &StepRecord,
    ) -> Result<(), StoreError> {
        let upsert = Statement::new(
            include_str!("../../queries/steps/upsert.sql"),
            values![
                tenant,
                event_id,
                step.position,
                &step.name,
                step.status.as_str(),
                step.attempts,
                step.started_at,
                step.ended_at,
                step.error.as_ref(),
                run,
            ],
        );
        if self.database.query(upsert).await?.is_empty() {
            return Err(no_such_event(self.database.name(), event_id));
        }
        Ok(())
    }

    async fn steps(&self, tenant: TenantId, event_id: EventId) -> Result<Vec<StepRecord>, StoreError> {
        let select = Statement::new(include_str!("../../queries/steps/list.sql"), values![tenant, event_id]);
        self.database.query(select).await?.read::<StepRow, _>()
    }

    async fn due_outbox(&self, now: Timestamp, limit: u32) -> Result<Vec<OutboxEntry>, StoreError> {
        let due = Statement::new(include_str!("../../queries/outbox/due.sql"), values![now, limit]);
        self.database.query(due).await?.read::<OutboxRow, _>()
    }

    async fn outbox_entry(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Option<OutboxEntry>, StoreError> {
        let entry = Statement::new(include_str!("../../queries/outbox/entry.sql"), values![tenant, event_id]);
        self.database.query(entry).await?.first::<OutboxRow, _>()
    }

    async fn note_handover(
        &self,
        tenant: TenantId,
        event_id: EventId,
        attempt: u32,
        error: &str,
    ) -> Result<(), StoreError> {
        let note = Statement::new(
            include_str!("../../queries/outbox/note_handover.sql"),
            values![tenant, event_id, attempt, error],
        );
        self.database.query(note).await.map(|_| ())
    }

    async fn defer_outbox(
        &self,
        tenant: TenantId,
        event_id: EventId,
        next_attempt_at: Timestamp,
    ) -> Result<(), StoreError> {
        let defer = Statement::new(
            include_str!("../../queries/outbox/defer.sql"),
            values![tenant, event_id, next_attempt_at],
        );
        self.database.query(defer).await.map(|_| ())
    }

    async fn outbox_depth(&self) -> Result<u32, StoreError> {
        let depth = Statement::new(include_str!("../../queries/outbox/depth.sql"), values![]);
        let row = self.database.query(depth).await?.first::<DepthRow, DepthRow>()?;
        row.map(|row| row.depth).ok_or_else(|| StoreError::new(self.database.name(), "no answer to a count"))
    }
}

/// The query behind [`EventStore::list`]: only the conditions that were asked for, so that an index serves them.
#[async_trait(?Send)]
impl<D: SqlDatabase> EventFinder for SqlEventStore<D> {
    async fn find(&self, query: &FindEvents) -> Result<Vec<(TenantId, EventRecord)>, StoreError> {
        // Ids grow with time, so that the newest comes first by id; `~` is behind every one.
        let first_id = |at: Timestamp| EventId::from_parts(at.unix_ms(), [0; 10]);
        let newest = query.before.into_iter().chain(query.until.map(first_id)).min();
        let newest = newest.map_or_else(|| "~".to_owned(), |newest| newest.to_string());
        let statement = Statement::new(include_str!("../../queries/events/find.sql"), values![newest])
            .and_if("tenant_id =", query.tenant)
            .and_if("status =", query.status.as_ref())
            .and_if("source =", query.source.as_ref())
            .and_if("id >=", query.since.map(first_id))
            .newest(query.limit);
        self.database.query(statement).await?.read::<FoundRow, _>()
    }

    async fn owner(&self, event_id: EventId) -> Result<Option<TenantId>, StoreError> {
        let owner = Statement::new(include_str!("../../queries/events/owner.sql"), values![event_id]);
        let row = self.database.query(owner).await?.first::<OwnerRow, OwnerRow>()?;
        Ok(row.map(|row| row.tenant_id))
    }

    async fn letters(
        &self,
        tenant: TenantId,
        event_id: EventId,
    ) -> Result<Vec<(u32, DeadLetterId)>, StoreError> {
        let letters = Statement::new(
            include_str!("../../queries/dead_letters/of_event.sql"),
            values![tenant, event_id],
        );
        let rows = self.database.query(letters).await?.read::<LetterRow, LetterRow>()?;
        Ok(rows.into_iter().map(|row| (row.run, row.id)).collect())
    }

    async fn locate(&self, id: &str) -> Result<Option<(TenantId, Option<EventId>)>, StoreError> {
        let sql = match id.split_once('_').map(|(kind, _)| kind) {
            Some("sig") => include_str!("../../queries/signals/locate.sql"),
            Some("sub") => include_str!("../../queries/subscriptions/locate.sql"),
            _ => include_str!("../../queries/instances/locate.sql"),
        };
        let found = self.database.query(Statement::new(sql, values![id])).await?;
        let row = found.first::<LocatedRow, LocatedRow>()?;
        Ok(row.map(|row| (row.tenant_id, row.event_id)))
    }
}

fn list_statement(tenant: TenantId, query: &ListEvents) -> Statement {
    Statement::new(include_str!("../../queries/events/select.sql"), values![tenant])
        .and_if("status =", query.status.as_ref())
        .and_if("source =", query.source.as_ref())
        .and_if("type =", query.kind.as_ref())
        .and_if("id <", query.before)
        .newest(query.limit)
}

/// Something was to be stored under an event that this tenant does not have.
pub(crate) fn no_such_event(database: &'static str, event_id: EventId) -> StoreError {
    StoreError::new(database, format!("the tenant has no event `{event_id}`"))
}
