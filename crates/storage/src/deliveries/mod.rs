//! The queue of a subscription in the SQLite of its Durable Object.

pub(crate) mod row;

use app::ports::{
    AttemptRecord, DeliveryProgress, DeliveryRecord, DeliveryStore, EndpointRecord, Phase, StoreError,
};
use contracts::Timestamp;
use domain::delivery::DeliveryStatus;
use ids::{DeliveryId, EventId};
use mesh::durable::{Migration, Migrations, Rows, Storage, StorageError};
use serde::Deserialize;

use crate::sql::{Statement, Value, values};
use row::{AttemptRow, BodyRow, CountRow, DeliveryRow, EndpointRow, TimeRow};

/// The schema of a queue. Append-only: an object may be at any of these.
pub const DELIVERIES: Migrations = Migrations::new(&[
    Migration::sql("0001_initial", include_str!("0001_initial.sql")),
    Migration::sql("0002_by_event", include_str!("0002_by_event.sql")),
]);

/// What errors call the database.
const NAME: &str = "SUBSCRIPTION_QUEUE";
/// Sorts after every id.
const LAST_ID: &str = "dlv_~";

/// [`DeliveryStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlDeliveryStore {
    storage: Storage,
}

/// A statement from a file in `queries/deliveries`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/deliveries/", $name, ".sql")), $values)
    };
}

impl SqlDeliveryStore {
    /// Over a database that has taken the steps of [`DELIVERIES`].
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }

    fn run(storage: &Storage, statement: Statement) -> Result<Rows, StorageError> {
        let values: Vec<_> = statement.values.into_iter().map(Into::into).collect();
        storage.exec(&statement.sql, &values)
    }

    fn query(&self, statement: Statement) -> Result<Rows, StoreError> {
        Self::run(&self.storage, statement).map_err(broken)
    }

    fn all<R, T>(&self, statement: Statement) -> Result<Vec<T>, StoreError>
    where
        R: for<'de> Deserialize<'de>,
        T: TryFrom<R, Error: std::fmt::Display>,
    {
        let rows = self.query(statement)?.typed::<R>().map_err(broken)?;
        rows.into_iter().map(|row| T::try_from(row).map_err(broken)).collect()
    }

    fn first<R, T>(&self, statement: Statement) -> Result<Option<T>, StoreError>
    where
        R: for<'de> Deserialize<'de>,
        T: TryFrom<R, Error: std::fmt::Display>,
    {
        let row = self.query(statement)?.first::<R>().map_err(broken)?;
        row.map(|row| T::try_from(row).map_err(broken)).transpose()
    }

    fn time(&self, statement: Statement) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.first::<TimeRow, TimeRow>(statement)?.and_then(|row| row.at))
    }
}

impl DeliveryStore for SqlDeliveryStore {
    fn endpoint(&self) -> Result<Option<EndpointRecord>, StoreError> {
        self.first::<EndpointRow, _>(query!("endpoint", values![]))
    }

    fn put_endpoint(&self, endpoint: &EndpointRecord) -> Result<(), StoreError> {
        let EndpointRecord {
            tenant,
            subscription_id,
            url,
            ordered_by,
            phase,
            health,
            secret,
            previous_secret,
            unreported,
        } = endpoint;
        let reason = match phase {
            Phase::Disabled { reason } => Some(reason),
            Phase::Active | Phase::Closed => None,
        };
        let previous = previous_secret.as_ref();
        self.query(query!(
            "put_endpoint",
            values![
                *tenant,
                *subscription_id,
                url,
                ordered_by.map(row::ordered_by_name),
                row::phase_name(phase),
                reason,
                health.failures,
                health.opened,
                health.open_until_ms.map(Timestamp::from_unix_ms),
                health.failing_since_ms.map(Timestamp::from_unix_ms),
                secret.expose(),
                previous.map(|(secret, _)| secret.expose()),
                previous.map(|(_, until)| *until),
                u32::from(*unreported),
            ]
        ))
        .map(drop)
    }

    fn insert(&self, delivery: &DeliveryRecord, body: &str) -> Result<bool, StoreError> {
        let DeliveryRecord {
            delivery_id,
            message_id,
            kind,
            event_id,
            order_key,
            trace,
            created_at,
            progress,
        } = delivery;
        let DeliveryProgress { status, attempts, round, due_at, settled_at, last_status, last_error } =
            progress;
        let inserted = self.query(query!(
            "insert",
            values![
                *delivery_id,
                *message_id,
                kind,
                *event_id,
                order_key.as_ref(),
                trace.to_string(),
                body,
                *created_at,
                status.as_str(),
                *attempts,
                *round,
                *due_at,
                *settled_at,
                last_status.map(u32::from),
                last_error.as_ref(),
            ]
        ))?;
        Ok(!inserted.is_empty())
    }

    fn delivery(&self, delivery_id: DeliveryId) -> Result<Option<DeliveryRecord>, StoreError> {
        self.first::<DeliveryRow, _>(query!("delivery", values![delivery_id]))
    }

    fn body(&self, delivery_id: DeliveryId) -> Result<Option<String>, StoreError> {
        let row = self.first::<BodyRow, BodyRow>(query!("body", values![delivery_id]))?;
        Ok(row.map(|row| row.body))
    }

    fn deliveries(
        &self,
        status: Option<DeliveryStatus>,
        before: Option<DeliveryId>,
        limit: u32,
    ) -> Result<Vec<DeliveryRecord>, StoreError> {
        let before = before.map_or_else(|| LAST_ID.to_owned(), |id| id.to_string());
        self.all::<DeliveryRow, _>(match status {
            None => query!("list", values![before, limit]),
            Some(status) => query!("list_of_status", values![before, limit, status.as_str()]),
        })
    }

    fn attempts(&self, delivery_id: DeliveryId, limit: u32) -> Result<Vec<AttemptRecord>, StoreError> {
        self.all::<AttemptRow, _>(query!("attempts", values![delivery_id, limit]))
    }

    fn waiting(&self) -> Result<u32, StoreError> {
        let row = self.first::<CountRow, CountRow>(query!("waiting", values![]))?;
        Ok(row.map_or(0, |row| row.count))
    }

    fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<DeliveryRecord>, StoreError> {
        self.all::<DeliveryRow, _>(query!("due", values![now, limit]))
    }

    fn lost(&self, now: Timestamp) -> Result<Vec<DeliveryRecord>, StoreError> {
        self.all::<DeliveryRow, _>(query!("lost", values![now]))
    }

    fn set_progress(
        &self,
        delivery_id: DeliveryId,
        progress: &DeliveryProgress,
        attempt: Option<&AttemptRecord>,
    ) -> Result<(), StoreError> {
        let DeliveryProgress { status, attempts, round, due_at, settled_at, last_status, last_error } =
            progress;
        let set = query!(
            "set_progress",
            values![
                delivery_id,
                status.as_str(),
                *attempts,
                *round,
                *due_at,
                *settled_at,
                last_status.map(u32::from),
                last_error.as_ref(),
            ]
        );
        let attempt = attempt.map(|attempt| {
            let AttemptRecord { number, started_at, duration_ms, status, error, excerpt } = attempt;
            query!(
                "insert_attempt",
                values![
                    delivery_id,
                    *number,
                    *started_at,
                    *duration_ms,
                    status.map(u32::from),
                    error.as_ref(),
                    excerpt.as_ref(),
                ]
            )
        });
        let both = |storage: &Storage| {
            Self::run(storage, set)?;
            attempt.map_or(Ok(()), |attempt| Self::run(storage, attempt).map(drop))
        };
        self.storage.transaction(both).map_err(broken)
    }

    fn abandon_pending(&self, reason: &str, now: Timestamp) -> Result<u32, StoreError> {
        let abandoned = self.query(query!("abandon_pending", values![reason, now]))?;
        Ok(u32::try_from(abandoned.len()).unwrap_or(u32::MAX))
    }

    fn prune(&self, settled_before: Timestamp, most: u32) -> Result<(), StoreError> {
        self.query(query!("prune", values![settled_before, most])).map(drop)
    }

    fn forget(&self, event_ids: &[EventId]) -> Result<u32, StoreError> {
        let forgotten = self.query(query!("forget", values![ids(event_ids)]))?;
        Ok(u32::try_from(forgotten.len()).unwrap_or(u32::MAX))
    }

    fn count_of(&self, event_ids: &[EventId]) -> Result<u32, StoreError> {
        let row = self.first::<CountRow, CountRow>(query!("count_of", values![ids(event_ids)]))?;
        Ok(row.map_or(0, |row| row.count))
    }

    fn clear(&self) -> Result<(), StoreError> {
        self.query(query!("clear", values![])).map(drop)
    }

    fn next_due(&self) -> Result<Option<Timestamp>, StoreError> {
        self.time(query!("next_due", values![]))
    }

    fn oldest_settled(&self) -> Result<Option<Timestamp>, StoreError> {
        self.time(query!("oldest_settled", values![]))
    }
}

/// Ids as one parameter.
fn ids(event_ids: &[EventId]) -> String {
    serde_json::json!(event_ids).to_string()
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}

impl From<DeliveryId> for Value {
    fn from(id: DeliveryId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<ids::MessageId> for Value {
    fn from(id: ids::MessageId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<ids::SubscriptionId> for Value {
    fn from(id: ids::SubscriptionId) -> Self {
        Self::Text(id.to_string())
    }
}
