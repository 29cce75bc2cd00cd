//! Events of a range, to be run again, over SQL.

mod row;

use app::ports::{BackfillCandidate, BackfillRange, BackfillStore, EventMessage, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use domain::EventStatus;
use ids::{EventId, TenantId};

use crate::sql::{SqlDatabase, Statement, values};
use row::{BegunRow, CandidateRow, CountRow};

/// Events over a SQL database with the schema of `migrations/data`.
#[derive(Debug, Clone)]
pub struct SqlBackfillStore<D> {
    database: D,
}

impl<D> SqlBackfillStore<D> {
    /// Over a database.
    #[must_use]
    pub fn new(database: D) -> Self {
        Self { database }
    }
}

/// The first id that an event can have that was accepted at this time.
fn first_id(at: Timestamp) -> EventId {
    EventId::from_parts(at.unix_ms(), [0; 10])
}

#[async_trait(?Send)]
impl<D: SqlDatabase> BackfillStore for SqlBackfillStore<D> {
    async fn count(&self, tenant: TenantId, range: &BackfillRange) -> Result<u32, StoreError> {
        let BackfillRange { from, until, source, kind } = range;
        let count = Statement::new(
            include_str!("../../queries/backfill/count.sql"),
            values![tenant, first_id(*from), first_id(*until), source.as_ref(), kind.as_ref()],
        );
        let counted = self.database.query(count).await?.first::<CountRow, CountRow>()?;
        Ok(counted.map_or(0, |row| row.depth))
    }

    async fn candidates(
        &self,
        tenant: TenantId,
        range: &BackfillRange,
        after: Option<EventId>,
        limit: u32,
    ) -> Result<Vec<BackfillCandidate>, StoreError> {
        let BackfillRange { from, until, source, kind } = range;
        let select = Statement::new(
            include_str!("../../queries/backfill/candidates.sql"),
            values![tenant, first_id(*from), first_id(*until), source.as_ref(), kind.as_ref(), after, limit],
        );
        self.database.query(select).await?.read::<CandidateRow, _>()
    }

    async fn rerun(
        &self,
        tenant: TenantId,
        candidate: &BackfillCandidate,
        now: Timestamp,
        sweep_at: Timestamp,
    ) -> Result<Option<EventMessage>, StoreError> {
        let BackfillCandidate { event_id, run } = *candidate;
        let over: Vec<_> = EventStatus::ALL.into_iter().filter(|status| status.may_rerun()).collect();
        let over: Vec<_> = over.into_iter().map(EventStatus::as_str).collect();
        let over = serde_json::json!(over).to_string();
        let answers = self
            .database
            .batch(vec![
                Statement::new(
                    include_str!("../../queries/backfill/forget_steps.sql"),
                    values![tenant, event_id, run, &over],
                ),
                Statement::new(
                    include_str!("../../queries/backfill/open_outbox.sql"),
                    values![tenant, event_id, run, &over, now, sweep_at],
                ),
                // Last: the ones before it look at the run that is over.
                Statement::new(
                    include_str!("../../queries/backfill/rerun.sql"),
                    values![tenant, event_id, run, &over, now],
                ),
            ])
            .await?;
        let begun = answers.last().map(|rows| rows.first::<BegunRow, BegunRow>()).transpose()?.flatten();
        let message = begun.map(|row| row.message(tenant, event_id));
        message.transpose().map_err(|error| StoreError::new(self.database.name(), error))
    }

    async fn last_run(&self, tenant: TenantId, event_id: EventId) -> Result<Option<u32>, StoreError> {
        let select =
            Statement::new(include_str!("../../queries/backfill/last_run.sql"), values![tenant, event_id]);
        let found = self.database.query(select).await?.first::<CandidateRow, BackfillCandidate>()?;
        Ok(found.map(|candidate| candidate.run))
    }
}
