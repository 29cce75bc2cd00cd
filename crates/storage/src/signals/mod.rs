//! Signals over SQL.

mod row;

use app::ports::{NewSignal, SignalQuery, SignalRecord, SignalStore, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{EventId, SignalId, TenantId};

use crate::events::no_such_event;
use crate::sql::{SqlDatabase, Statement, values};
use row::{SignalRow, chunks};

/// Signals over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlSignalStore<D> {
    database: D,
}

impl<D> SqlSignalStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> SignalStore for SqlSignalStore<D> {
    async fn replace(
        &self,
        tenant: TenantId,
        event_id: EventId,
        signals: &[NewSignal],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut statements = vec![
            Statement::new(include_str!("../../queries/events/exists.sql"), values![tenant, event_id]),
            Statement::new(include_str!("../../queries/signals/delete.sql"), values![tenant, event_id]),
        ];
        statements.extend(chunks(signals).into_iter().map(|json| {
            Statement::new(
                include_str!("../../queries/signals/insert.sql"),
                values![tenant, event_id, now, json],
            )
        }));
        let answers = self.database.batch(statements).await?;
        // Nothing was stored then: every statement is bound to the tenant's own event.
        if answers.first().is_none_or(|event| event.is_empty()) {
            return Err(no_such_event(self.database.name(), event_id));
        }
        Ok(())
    }

    async fn get(&self, tenant: TenantId, signal_id: SignalId) -> Result<Option<SignalRecord>, StoreError> {
        let select = Statement::new(include_str!("../../queries/signals/select.sql"), values![tenant]);
        self.database.query(select.and("id =", signal_id)).await?.first::<SignalRow, _>()
    }

    async fn list(&self, tenant: TenantId, query: &SignalQuery) -> Result<Vec<SignalRecord>, StoreError> {
        self.database.query(list_statement(tenant, query)).await?.read::<SignalRow, _>()
    }
}

/// The query behind [`SignalStore::list`]: only the conditions that were asked for, so that an index serves them.
fn list_statement(tenant: TenantId, query: &SignalQuery) -> Statement {
    let select = match query.event_id {
        Some(event_id) => Statement::new(
            include_str!("../../queries/signals/select_of_event.sql"),
            values![tenant, event_id],
        ),
        None => Statement::new(include_str!("../../queries/signals/select.sql"), values![tenant]),
    };
    select
        .and_if("account =", query.account.as_ref())
        .and_if("kind =", query.kind.as_ref())
        .and_if("score >=", query.min_score)
        .and_if("created_at >=", query.since)
        .and_if("id <", query.before)
        .newest(query.limit)
}
