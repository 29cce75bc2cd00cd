//! Usage summed up by day and by tenant, from the sums that triggers keep.

use app::ports::{StoreError, SummedUsage, UsageSummaries};
use async_trait::async_trait;
use contracts::pipeline::usage::UsageAmounts;
use ids::TenantId;

use super::row::{PeriodRow, TenantRow};
use super::{SqlUsageStore, analytics};
use crate::sql::{SqlDatabase, Statement, values};

#[async_trait(?Send)]
impl<D: SqlDatabase> UsageSummaries for SqlUsageStore<D> {
    async fn between(
        &self,
        tenant: Option<TenantId>,
        from_day: u64,
        to_day: u64,
    ) -> Result<SummedUsage, StoreError> {
        let statements = match tenant {
            Some(tenant) => {
                let of = || values![from_day, to_day, tenant];
                vec![analytics!("days_of_tenant", of()), analytics!("tenant", of())]
            }
            None => {
                let of = || values![from_day, to_day];
                vec![analytics!("days_of_all", of()), analytics!("tenants", of())]
            }
        };
        let answers = self.database.batch(statements).await?;
        let [days, tenants] = answers.as_slice() else {
            return Err(StoreError::new(self.database.name(), "no answer to a statement"));
        };
        Ok(SummedUsage {
            days: days.read::<PeriodRow, (u64, UsageAmounts)>()?,
            tenants: tenants.read::<TenantRow, (TenantId, UsageAmounts)>()?,
        })
    }
}
