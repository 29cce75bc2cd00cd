//! The counting itself, in the tenant's own object.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::gateway::{BucketLevel, Limits, LimitsError, Take, Taken};
use domain::rate::{Bucket, Rate, day, lease, month};

use crate::ports::{Clock, LimitStore, StoreError};

/// A bucket that nobody asked of for so long is full by any plan, and is forgotten: a week.
const FORGOTTEN_MS: u64 = 7 * 24 * 60 * 60 * 1_000;
/// Every so many calls what is old is forgotten.
const FORGET_EVERY: u32 = 10_000;
/// Below so many events left of a quota they are given one by one.
const SCARCE_EVENTS: u64 = 1_000;

/// [`Limits`] over the tenant's counts. Between reading and writing them it awaits nothing, so that no two calls see
/// the same token.
pub struct TenantLimits {
    store: Rc<dyn LimitStore>,
    clock: Rc<dyn Clock>,
    calls: Cell<u32>,
}

impl TenantLimits {
    /// Over the counts of one tenant.
    #[must_use]
    pub fn new(store: Rc<dyn LimitStore>, clock: Rc<dyn Clock>) -> Self {
        Self { store, clock, calls: Cell::new(0) }
    }

    fn take_now(&self, request: &Take) -> Result<Taken, StoreError> {
        let now_ms = self.clock.now().unix_ms();
        let mut buckets = Vec::with_capacity(request.buckets.len());
        let mut given = request.most.max(1);
        for limit in &request.buckets {
            let rate = Rate::new(limit.burst, limit.per_minute);
            let bucket = match self.store.bucket(&limit.name)? {
                Some(bucket) => bucket.at(rate, now_ms).with_returned(rate, request.returned),
                None => Bucket::full(rate, now_ms),
            };
            given = given.min(lease(bucket.tokens(), rate));
            buckets.push((limit, rate, bucket));
        }
        let (today, this_month) = (day(now_ms), month(now_ms));
        let mut counts = Vec::new();
        let mut quota_ends_ms = None;
        if let Some(quota) = &request.quota {
            for (period, most) in [(&today, quota.per_day), (&this_month, quota.per_month)] {
                let counted = self.store.counted(&period.name)?.saturating_sub(u64::from(quota.returned));
                let left = most.saturating_sub(counted);
                if quota.enforced && left == 0 {
                    quota_ends_ms = Some(period.ends_ms);
                } else if quota.enforced && left < SCARCE_EVENTS {
                    given = given.min(1);
                }
                counts.push((&*period.name, counted));
            }
        }
        if quota_ends_ms.is_some() {
            given = 0;
        }
        let waits = buckets.iter().map(|(_, rate, bucket)| bucket.ms_until_token(*rate));
        let retry_after_ms = match quota_ends_ms {
            Some(ends_ms) => ends_ms.saturating_sub(now_ms),
            None if given == 0 => waits.max().unwrap_or_default(),
            None => 0,
        };
        let after: Vec<_> =
            buckets.iter().map(|(limit, rate, bucket)| (*limit, *rate, bucket.without(given))).collect();
        let rows: Vec<_> = after.iter().map(|(limit, _, bucket)| (&*limit.name, *bucket)).collect();
        let counts: Vec<_> = counts.iter().map(|(name, count)| (*name, count + u64::from(given))).collect();
        self.store.write(&rows, &counts)?;
        self.forget_sometimes(now_ms, &this_month.name)?;
        let level = |(_, rate, bucket): &(_, Rate, Bucket)| BucketLevel {
            left: bucket.tokens(),
            full_in_ms: bucket.ms_until_full(*rate),
        };
        Ok(Taken {
            granted: given,
            buckets: after.iter().map(level).collect(),
            retry_after_ms,
            quota_exceeded: quota_ends_ms.is_some(),
        })
    }

    fn forget_sometimes(&self, now_ms: u64, month: &str) -> Result<(), StoreError> {
        let calls = self.calls.get().wrapping_add(1);
        self.calls.set(calls);
        if calls % FORGET_EVERY == 1 {
            self.store.forget(now_ms.saturating_sub(FORGOTTEN_MS), month)?;
        }
        Ok(())
    }
}

#[async_trait(?Send)]
impl Limits for TenantLimits {
    async fn take(&self, _: &TenantCall, request: Take) -> Result<Taken, LimitsError> {
        self.take_now(&request).map_err(|error| LimitsError::Unavailable { detail: error.to_string() })
    }
}
