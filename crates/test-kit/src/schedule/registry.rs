//! The registry of schedules in memory, and the suite that every [`ScheduleRegistry`] must pass.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{RegisteredSchedule, ScheduleRegistry, StoreError};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::scheduler::AlarmCondition;
use ids::TenantId;

use super::ScheduleFixtures;
use crate::Faults;

const STORE: &str = "MEMORY_REGISTRY";

/// A registry in memory. A clone is the same one. Operations for [`Faults`]: `registry.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryScheduleRegistry {
    faults: Faults,
    state: Rc<RefCell<BTreeMap<TenantId, (RegisteredSchedule, Timestamp)>>>,
}

impl MemoryScheduleRegistry {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), state: Rc::default() }
    }
}

#[async_trait(?Send)]
impl ScheduleRegistry for MemoryScheduleRegistry {
    async fn enter(&self, tenant: TenantId, now: Timestamp, attend_at: Timestamp) -> Result<(), StoreError> {
        let new = RegisteredSchedule { tenant, entered_at: now, repairs: 0, repaired: None };
        self.faults
            .around(STORE, "registry.enter", || {
                self.state.borrow_mut().entry(tenant).or_insert((new, attend_at));
                Ok(())
            })
            .await
    }

    async fn take_due(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<TenantId>, StoreError> {
        self.faults
            .around(STORE, "registry.take_due", || {
                let mut state = self.state.borrow_mut();
                let mut due: Vec<_> = state.iter().map(|(tenant, (_, at))| (*at, *tenant)).collect();
                due.retain(|(at, _)| *at <= now);
                due.sort();
                due.truncate(limit as usize);
                for (_, tenant) in &due {
                    if let Some((_, at)) = state.get_mut(tenant) {
                        *at = next;
                    }
                }
                Ok(due.into_iter().map(|(_, tenant)| tenant).collect())
            })
            .await
    }

    async fn note_repair(
        &self,
        tenant: TenantId,
        found: AlarmCondition,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.faults
            .around(STORE, "registry.note_repair", || {
                if let Some((known, _)) = self.state.borrow_mut().get_mut(&tenant) {
                    known.repairs += 1;
                    known.repaired = Some((now, found));
                }
                Ok(())
            })
            .await
    }

    async fn tenants(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<RegisteredSchedule>, StoreError> {
        self.faults
            .around(STORE, "registry.tenants", || {
                let state = self.state.borrow();
                let all = state.values().map(|(known, _)| known.clone());
                let later = all.filter(|known| after.is_none_or(|after| known.tenant > after));
                Ok(later.take(limit as usize).collect())
            })
            .await
    }
}

/// Every claim about a registry of schedules, on one that is empty.
///
/// # Panics
/// When the registry does not keep a promise of its port.
#[expect(clippy::unwrap_used, reason = "a claim that does not hold panics")]
pub async fn schedule_registry_suite(registry: &dyn ScheduleRegistry) {
    let make = ScheduleFixtures::new(9);
    let start = ScheduleFixtures::START_MS;
    let at = |ms| Timestamp::from_unix_ms(start + ms);
    let mut tenants = [make.tenant(), make.tenant(), make.tenant()];
    tenants.sort();
    for (place, tenant) in (0..).zip(tenants) {
        registry.enter(tenant, at(place), at(100 - place)).await.unwrap();
    }
    // Entered again, nothing changes.
    registry.enter(tenants[0], at(50), at(0)).await.unwrap();

    assert_eq!(registry.take_due(at(97), at(500), 9).await.unwrap(), []);
    assert_eq!(registry.take_due(at(100), at(500), 1).await.unwrap(), [tenants[2]], "the longest due");
    let mut rest = registry.take_due(at(100), at(500), 9).await.unwrap();
    rest.sort();
    assert_eq!(rest, tenants[..2], "the one that was taken is not due again");
    assert_eq!(registry.take_due(at(499), at(900), 9).await.unwrap(), []);
    assert_eq!(registry.take_due(at(500), at(900), 9).await.unwrap().len(), 3);

    registry.note_repair(tenants[1], AlarmCondition::Lost, at(7)).await.unwrap();
    registry.note_repair(tenants[1], AlarmCondition::Overdue, at(8)).await.unwrap();
    let entry = |place: usize, repairs, repaired| RegisteredSchedule {
        tenant: tenants[place],
        entered_at: at(place as u64),
        repairs,
        repaired,
    };
    let known = registry.tenants(None, 2).await.unwrap();
    assert_eq!(known, [entry(0, 0, None), entry(1, 2, Some((at(8), AlarmCondition::Overdue)))]);
    assert_eq!(registry.tenants(Some(tenants[1]), 2).await.unwrap(), [entry(2, 0, None)]);
    assert_eq!(registry.tenants(Some(tenants[2]), 2).await.unwrap(), []);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_in_memory_passes_the_suite() {
        crate::run(schedule_registry_suite(&MemoryScheduleRegistry::default()));
    }
}
