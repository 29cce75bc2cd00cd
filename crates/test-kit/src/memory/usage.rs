//! Usage in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use app::ports::{Counted, StoreError, UsageStore, UsageSums};
use app::usage::BATCHES_KEPT_MS;
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::usage::{UsageAmounts, UsageGroup, UsageSubject};
use domain::usage::{Grain, Span};
use ids::TenantId;

/// Usage in memory, by the hour; days are added up when they are asked for. It knows nothing of what is stored.
#[derive(Debug, Clone, Default)]
pub struct MemoryUsage(Rc<RefCell<State>>);

#[derive(Debug, Default)]
struct State {
    counts: Vec<(TenantId, Counted)>,
    batches: BTreeSet<(TenantId, String)>,
    noted: Vec<(Timestamp, (TenantId, String))>,
}

impl MemoryUsage {
    /// What was counted for a tenant, all together.
    #[must_use]
    pub fn total(&self, tenant: TenantId) -> UsageAmounts {
        let mut total = UsageAmounts::default();
        for (_, counted) in self.0.borrow().counts.iter().filter(|(of, _)| *of == tenant) {
            total.add(counted.amounts);
            total.take_back(counted.taken_back);
        }
        total
    }
}

#[async_trait(?Send)]
impl UsageStore for MemoryUsage {
    async fn add(
        &self,
        tenant: TenantId,
        batch_id: &str,
        counts: &[Counted],
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut state = self.0.borrow_mut();
        let batch = (tenant, batch_id.to_owned());
        let new = state.batches.insert(batch.clone());
        if new {
            state.noted.push((now, batch));
            state.counts.extend(counts.iter().map(|counted| (tenant, counted.clone())));
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
        let state = self.0.borrow();
        let mut sums = UsageSums::default();
        let mut groups: BTreeMap<(u64, String), UsageAmounts> = BTreeMap::new();
        for (_, Counted { at, of, amounts, taken_back }) in
            state.counts.iter().filter(|(of, _)| *of == tenant)
        {
            let at_ms = at.unix_ms();
            if !(span.from..span.to).contains(&span.grain.of(at_ms)) {
                continue;
            }
            sums.totals.add(*amounts);
            sums.totals.take_back(*taken_back);
            let name = match (group, of) {
                (UsageGroup::Hour, _) => Ok(Grain::Hours.of(at_ms)),
                (UsageGroup::Day | UsageGroup::Month, _) => Ok(Grain::Days.of(at_ms)),
                (UsageGroup::Operation, UsageSubject::Requests { operation, .. }) => Err(operation.clone()),
                (UsageGroup::Key, UsageSubject::Requests { key, .. }) => Err(key.clone().unwrap_or_default()),
                (UsageGroup::Model, UsageSubject::Model { model, .. }) => Err(model.clone()),
                (UsageGroup::Key, UsageSubject::Model { key, .. }) => Err(key.clone().unwrap_or_default()),
                (UsageGroup::Operation, UsageSubject::Model { .. })
                | (UsageGroup::Model, UsageSubject::Requests { .. }) => continue,
            };
            let place = match name {
                Ok(period) => (period, period.to_string()),
                Err(name) => (0, name),
            };
            let group = groups.entry(place).or_default();
            group.add(*amounts);
            group.take_back(*taken_back);
        }
        sums.groups = groups.into_iter().map(|((_, name), amounts)| (name, amounts)).collect();
        if matches!(group, UsageGroup::Operation | UsageGroup::Key | UsageGroup::Model) {
            // A stable sort: names of as many stay in their order.
            sums.groups.sort_by_key(|(_, amounts)| std::cmp::Reverse(amounts.requests + amounts.model_calls));
        }
        sums.groups.truncate(limit as usize);
        Ok(sums)
    }

    async fn forget(&self, now: Timestamp) -> Result<(), StoreError> {
        let mut state = self.0.borrow_mut();
        let State { counts, batches, noted } = &mut *state;
        let from = Grain::Hours.kept_from(now.unix_ms());
        counts.retain(|(_, counted)| Grain::Hours.of(counted.at.unix_ms()) >= from);
        let before = now.unix_ms().saturating_sub(BATCHES_KEPT_MS);
        noted.retain(|(at, batch)| at.unix_ms() >= before || !batches.remove(batch));
        Ok(())
    }
}
