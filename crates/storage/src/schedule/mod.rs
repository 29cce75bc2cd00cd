//! A tenant's jobs and runs in the SQLite of its Durable Object.
//!
//! The tables are made and moved on when the object starts ([`SCHEDULE`]), which needs no care for other versions: an
//! object runs one at a time. Its SQL answers at once, so that the port over it is synchronous.

mod alarm;
mod alerts;
mod backfills;
mod heartbeats;
mod jobs;
mod parts;
mod row;
mod runs;
#[cfg(test)]
mod tests;

use app::ports::{KeyUse, ScheduleStore, StoreError};
use contracts::Timestamp;
use ids::{BackfillId, JobId, RunId, TenantId};
use mesh::durable::{Migration, Migrations, Rows, Storage, StorageError};
use serde::Deserialize;

pub use alarm::ObjectAlarm;

use crate::sql::{Statement, Value, values};
use row::{KeyRow, OwnerRow, WakeRow};

/// The schema of a schedule. Append-only: an object may be at any of these.
pub const SCHEDULE: Migrations = Migrations::new(&[
    Migration::sql("0001_initial", include_str!("0001_initial.sql")),
    Migration::sql("0002_ledger", include_str!("0002_ledger.sql")),
    Migration::sql("0003_changes", include_str!("0003_changes.sql")),
    Migration::sql("0004_registry", include_str!("0004_registry.sql")),
    Migration::sql("0005_history", include_str!("0005_history.sql")),
    Migration::sql("0006_backfills", include_str!("0006_backfills.sql")),
    Migration::sql("0007_work", include_str!("0007_work.sql")),
    Migration::sql("0008_alerts", include_str!("0008_alerts.sql")),
    Migration::sql("0009_parts", include_str!("0009_parts.sql")),
    Migration::sql("0010_heartbeats", include_str!("0010_heartbeats.sql")),
]);

/// What errors call the database.
const NAME: &str = "TENANT_SCHEDULE";

/// [`ScheduleStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlScheduleStore {
    storage: Storage,
}

/// A statement from a file in `queries/schedule`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/schedule/", $name, ".sql")), $values)
    };
}
use query;

impl SqlScheduleStore {
    /// Over a database that has taken the steps of [`SCHEDULE`].
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

    /// All of the statements, or none; what the last one answered.
    fn execute(&self, statements: Vec<Statement>) -> Result<Rows, StoreError> {
        let all = |storage: &Storage| {
            statements.into_iter().try_fold(Rows::default(), |_, statement| Self::run(storage, statement))
        };
        self.storage.transaction(all).map_err(broken)
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

    fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
        serde_json::to_string(value).map_err(broken)
    }

    fn insert_key(key: &KeyUse) -> Statement {
        let KeyUse { key, request_hash, job_id, run_id, used_at } = key;
        query!("insert_key", values![key, request_hash, *job_id, *run_id, *used_at])
    }
}

impl ScheduleStore for SqlScheduleStore {
    fn owner(&self) -> Result<Option<TenantId>, StoreError> {
        let owner = self.first::<OwnerRow, OwnerRow>(query!("owner", values![]))?;
        Ok(owner.map(|row| row.tenant))
    }

    fn claim(&self, tenant: TenantId) -> Result<TenantId, StoreError> {
        // Nearly always it is tied already, and reading costs less than a write that changes nothing.
        if let Some(owner) = self.owner()? {
            return Ok(owner);
        }
        self.query(query!("claim", values![tenant]))?;
        Ok(tenant)
    }

    fn is_entered(&self) -> Result<bool, StoreError> {
        let owner = self.first::<OwnerRow, OwnerRow>(query!("owner", values![]))?;
        Ok(owner.is_some_and(|row| row.entered == 1))
    }

    fn set_entered(&self) -> Result<(), StoreError> {
        self.query(query!("set_entered", values![])).map(drop)
    }

    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError> {
        self.first::<KeyRow, _>(query!("key_use", values![key]))
    }

    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError> {
        self.execute(vec![query!("forget_placements", values![time]), query!("forget_keys", values![time])])
            .map(drop)
    }

    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        let wake = self.first::<WakeRow, WakeRow>(query!("next_wake", values![]))?;
        Ok(wake.and_then(|row| row.at))
    }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}

impl From<JobId> for Value {
    fn from(id: JobId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<BackfillId> for Value {
    fn from(id: BackfillId) -> Self {
        Self::Text(id.to_string())
    }
}

impl From<RunId> for Value {
    fn from(id: RunId) -> Self {
        Self::Text(id.to_string())
    }
}
