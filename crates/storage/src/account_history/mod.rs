//! What is known of an account, over SQL.

mod row;

use app::ports::{AccountHistory, AccountPeriod, AccountRecords, StoreError};
use async_trait::async_trait;
use ids::TenantId;

use crate::sql::{SqlDatabase, Statement, Value, values};
use row::{EventCountRow, EventRow, SignalCountRow, SignalRow};

/// Accounts' histories over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlAccountHistory<D> {
    database: D,
}

impl<D> SqlAccountHistory<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

#[async_trait(?Send)]
impl<D: SqlDatabase> AccountHistory for SqlAccountHistory<D> {
    async fn gather(
        &self,
        tenant: TenantId,
        period: &AccountPeriod,
        most_events: u32,
        most_signals: u32,
    ) -> Result<AccountRecords, StoreError> {
        let of = |sql: &str, last: Value| {
            Statement::new(sql, values![tenant, &period.account, period.from, period.until, last])
        };
        let bucket = || Value::Number(period.bucket_ms as f64);
        let statements = vec![
            of(include_str!("../../queries/accounts/events.sql"), most_events.into()),
            of(include_str!("../../queries/accounts/signals.sql"), most_signals.into()),
            of(include_str!("../../queries/accounts/signal_counts.sql"), bucket()),
            of(include_str!("../../queries/accounts/event_counts.sql"), bucket()),
        ];
        let answers = self.database.batch(statements).await?;
        let [events, signals, signal_counts, event_counts] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        Ok(AccountRecords {
            events: events.read::<EventRow, _>()?,
            signals: signals.read::<SignalRow, _>()?,
            signal_counts: signal_counts.read::<SignalCountRow, _>()?,
            event_counts: event_counts.read::<EventCountRow, _>()?,
        })
    }
}
