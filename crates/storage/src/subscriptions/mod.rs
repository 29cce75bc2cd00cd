//! The directory of subscriptions over SQL.

mod row;

use app::ports::{CreationKey, Registered, StoreError, SubscriptionDirectory, SubscriptionRecord};
use async_trait::async_trait;
use contracts::Timestamp;
use ids::{SubscriptionId, TenantId};

use crate::deliveries::row::ordered_by_name;
use crate::sql::{SqlDatabase, Statement, values};
use row::{KeyedRow, SubscriptionRow, UnattendedRow};

/// Subscriptions over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlSubscriptionDirectory<D> {
    database: D,
}

/// A statement from a file in `queries/subscriptions`.
macro_rules! query {
    ($name:literal, $values:expr) => {
        Statement::new(include_str!(concat!("../../queries/subscriptions/", $name, ".sql")), $values)
    };
}

impl<D> SqlSubscriptionDirectory<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> SubscriptionDirectory for SqlSubscriptionDirectory<D> {
    async fn register(
        &self,
        tenant: TenantId,
        subscription: &SubscriptionRecord,
        key: Option<&CreationKey>,
        most: u32,
    ) -> Result<Registered, StoreError> {
        let SubscriptionRecord { subscription_id, url, kinds, ordered_by, description, created_at, .. } =
            subscription;
        let kinds =
            serde_json::to_string(kinds).map_err(|error| StoreError::new(self.database.name(), error))?;
        let insert = query!(
            "insert",
            values![
                tenant,
                *subscription_id,
                url,
                kinds,
                ordered_by.map(ordered_by_name),
                description.as_ref(),
                *created_at,
                key.map(|key| &key.key),
                key.map(|key| &key.request_hash),
                most,
            ]
        );
        // The key is looked up in the same transaction: whoever comes second finds what the first made.
        let by_key = query!("by_key", values![tenant, key.map(|key| &key.key)]);
        let answers = self.database.batch(vec![insert, by_key]).await?;
        let [inserted, keyed] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        if !inserted.is_empty() {
            return Ok(Registered::New);
        }
        Ok(match (keyed.first::<KeyedRow, KeyedRow>()?, key) {
            (Some(row), Some(key)) if row.request_hash.as_deref() == Some(&key.request_hash) => {
                let record = keyed.first::<SubscriptionRow, SubscriptionRecord>()?;
                record.map_or(Registered::TooMany, Registered::Before)
            }
            (Some(_), _) => Registered::KeyReused,
            (None, _) => Registered::TooMany,
        })
    }

    async fn get(
        &self,
        tenant: TenantId,
        subscription_id: SubscriptionId,
    ) -> Result<Option<SubscriptionRecord>, StoreError> {
        let select = query!("select", values![tenant]).and("id =", subscription_id);
        self.database.query(select).await?.first::<SubscriptionRow, _>()
    }

    async fn list(
        &self,
        tenant: TenantId,
        before: Option<SubscriptionId>,
        limit: u32,
    ) -> Result<Vec<SubscriptionRecord>, StoreError> {
        let select = query!("select", values![tenant]).and_if("id <", before).newest(limit);
        self.database.query(select).await?.read::<SubscriptionRow, _>()
    }

    async fn set_status(
        &self,
        tenant: TenantId,
        subscription_id: SubscriptionId,
        disabled_reason: Option<&str>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let set = query!("set_status", values![tenant, subscription_id, disabled_reason, now]);
        self.database.query(set).await.map(drop)
    }

    async fn remove(&self, tenant: TenantId, subscription_id: SubscriptionId) -> Result<(), StoreError> {
        self.database.query(query!("delete", values![tenant, subscription_id])).await.map(drop)
    }

    async fn take_unattended(
        &self,
        before: Timestamp,
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<(TenantId, SubscriptionId)>, StoreError> {
        let taken = self.database.query(query!("take_unattended", values![before, now, limit])).await?;
        let rows = taken.read::<UnattendedRow, UnattendedRow>()?;
        Ok(rows.into_iter().map(|row| (row.tenant_id, row.id)).collect())
    }
}
