//! Events, their steps and the outbox over SQL.

mod row;

use app::ports::{
    EventRecord, EventStore, EventTransition, Inserted, NewEvent, OutboxEntry, StepRecord, StoreError,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::ListEvents;
use domain::event::EventStatus;
use ids::{EventId, TenantId};

use crate::sql::{SqlDatabase, Statement, values};
use row::{DeliveryRow, DepthRow, EventRow, OutboxRow, StepRow, assessment_json};

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
        sweep_at: Timestamp,
    ) -> Result<Inserted, StoreError> {
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
                    ],
                ),
                Statement::new(
                    include_str!("../../queries/outbox/open.sql"),
                    values![tenant, event.event_id, sweep_at],
                ),
                Statement::new(
                    include_str!("../../queries/events/by_delivery_key.sql"),
                    values![tenant, &event.delivery_key],
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
            ],
        )];
        if change.status.is_settled() {
            statements.push(Statement::new(
                include_str!("../../queries/outbox/close.sql"),
                values![tenant, event_id, status],
            ));
        }
        let answers = self.database.batch(statements).await?;
        Ok(answers.first().is_some_and(|changed| !changed.is_empty()))
    }

    async fn record_step(
        &self,
        tenant: TenantId,
        event_id: EventId,
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
