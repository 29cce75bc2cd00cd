//! Usage goes into the rollups and, once it is there, into a dataset as well.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::usage::{UsageAmounts, UsageGroup};
use domain::usage::{Grain, Span};
use ids::TenantId;

use crate::ports::{Counted, StoreError, UsageDataset, UsagePoint, UsageStore, UsageSums};

/// A [`UsageStore`] whose every new batch is written to a dataset too: one point a day that it is about. A batch that is
/// brought again is none; one whose Worker ends between the two writes is missing in the dataset.
#[derive(Clone)]
pub struct PointedUsage {
    /// The rollups, which decide.
    pub rollups: Rc<dyn UsageStore>,
    /// The dataset.
    pub dataset: Rc<dyn UsageDataset>,
}

#[async_trait(?Send)]
impl UsageStore for PointedUsage {
    async fn add(
        &self,
        tenant: TenantId,
        batch_id: &str,
        counts: &[Counted],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let new = self.rollups.add(tenant, batch_id, counts, now).await?;
        if new {
            for (day, amounts) in by_day(counts) {
                self.dataset.write(&UsagePoint { tenant, day, amounts });
            }
        }
        Ok(new)
    }

    async fn sums(
        &self,
        tenant: TenantId,
        span: Span,
        group: UsageGroup,
        limit: u32,
    ) -> Result<UsageSums, StoreError> {
        self.rollups.sums(tenant, span, group, limit).await
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        self.rollups.forget(now).await
    }
}

/// The amounts of a batch by day, what is taken back taken off.
fn by_day(counts: &[Counted]) -> BTreeMap<u64, [i64; 8]> {
    let mut days: BTreeMap<u64, [i64; 8]> = BTreeMap::new();
    for Counted { at, amounts, taken_back, .. } in counts {
        let day = days.entry(Grain::Days.of(at.unix_ms())).or_default();
        for ((sum, more), less) in day.iter_mut().zip(listed(amounts)).zip(listed(taken_back)) {
            // No count of one batch comes near to what does not fit.
            *sum = sum.saturating_add(more as i64).saturating_sub(less as i64);
        }
    }
    days
}

fn listed(amounts: &UsageAmounts) -> [u64; 8] {
    let UsageAmounts {
        requests,
        refused,
        failed,
        events,
        model_calls,
        tokens_in,
        tokens_out,
        cost_nanos,
        ..
    } = *amounts;
    [requests, refused, failed, events, model_calls, tokens_in, tokens_out, cost_nanos]
}
