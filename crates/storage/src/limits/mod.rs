//! A tenant's limits in the SQLite of its Durable Object.

#[cfg(test)]
mod tests;

use app::ports::{LimitStore, StoreError};
use domain::rate::Bucket;
use mesh::durable::{Migration, Migrations, Storage, StorageError};
use mesh::values;

/// The schema of a tenant's limits. Append-only: an object may be at any of these.
pub const LIMITS: Migrations =
    Migrations::new(&[Migration::sql("0001_initial", include_str!("0001_initial.sql"))]);

/// What errors call the database.
const NAME: &str = "TENANT_LIMITS";

/// [`LimitStore`] over the database of one object.
#[derive(Debug, Clone)]
pub struct SqlLimitStore {
    storage: Storage,
}

impl SqlLimitStore {
    /// Over a database that has taken the steps of [`LIMITS`].
    #[must_use]
    pub fn new(storage: Storage) -> Self {
        Self { storage }
    }
}

impl LimitStore for SqlLimitStore {
    fn bucket(&self, name: &str) -> Result<Option<Bucket>, StoreError> {
        const SELECT: &str = "SELECT parts, at_ms FROM buckets WHERE name = ?1";
        let rows = self.storage.exec(SELECT, &values![name]).map_err(broken)?;
        let row = rows.first::<(u64, u64)>().map_err(broken)?;
        Ok(row.map(|(parts, at_ms)| Bucket { parts, at_ms }))
    }

    fn counted(&self, period: &str) -> Result<u64, StoreError> {
        const SELECT: &str = "SELECT events FROM counts WHERE period = ?1";
        let rows = self.storage.exec(SELECT, &values![period]).map_err(broken)?;
        Ok(rows.first::<u64>().map_err(broken)?.unwrap_or_default())
    }

    fn write(&self, buckets: &[(&str, Bucket)], counts: &[(&str, u64)]) -> Result<(), StoreError> {
        const BUCKET: &str = "INSERT INTO buckets (name, parts, at_ms) VALUES (?1, ?2, ?3)
            ON CONFLICT (name) DO UPDATE SET parts = excluded.parts, at_ms = excluded.at_ms";
        const COUNT: &str = "INSERT INTO counts (period, events) VALUES (?1, ?2)
            ON CONFLICT (period) DO UPDATE SET events = excluded.events";
        let all = |storage: &Storage| {
            for (name, bucket) in buckets {
                storage.exec(BUCKET, &values![*name, bucket.parts as i64, bucket.at_ms as i64])?;
            }
            for (period, events) in counts {
                storage.exec(COUNT, &values![*period, *events as i64])?;
            }
            Ok::<(), StorageError>(())
        };
        self.storage.transaction(all).map_err(broken)
    }

    fn forget(&self, before_ms: u64, period: &str) -> Result<(), StoreError> {
        const BUCKETS: &str = "DELETE FROM buckets WHERE at_ms < ?1";
        const COUNTS: &str = "DELETE FROM counts WHERE period < ?1";
        self.storage.exec(BUCKETS, &values![before_ms as i64]).map_err(broken)?;
        self.storage.exec(COUNTS, &values![period]).map(drop).map_err(broken)
    }
}

fn broken(error: impl std::fmt::Display) -> StoreError {
    StoreError::new(NAME, error)
}
