//! The registry of schedules in memory, and the suite that every [`ScheduleRegistry`] must pass.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use app::ports::{RegisteredSchedule, ScheduleObject, ScheduleRegistry, StoreError};
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
    state: Rc<RefCell<BTreeMap<ScheduleObject, (Known, Timestamp)>>>,
}

#[derive(Debug, Clone)]
struct Known {
    entered_at: Timestamp,
    repairs: u32,
    repaired: Option<(Timestamp, AlarmCondition)>,
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
    async fn enter(
        &self,
        object: ScheduleObject,
        now: Timestamp,
        attend_at: Timestamp,
    ) -> Result<(), StoreError> {
        let new = Known { entered_at: now, repairs: 0, repaired: None };
        self.faults
            .around(STORE, "registry.enter", || {
                self.state.borrow_mut().entry(object).or_insert((new, attend_at));
                Ok(())
            })
            .await
    }

    async fn take_due(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<ScheduleObject>, StoreError> {
        self.faults
            .around(STORE, "registry.take_due", || {
                let mut state = self.state.borrow_mut();
                let mut due: Vec<_> = state.iter().map(|(object, (_, at))| (*at, *object)).collect();
                due.retain(|(at, _)| *at <= now);
                due.sort();
                due.truncate(limit as usize);
                for (_, object) in &due {
                    if let Some((_, at)) = state.get_mut(object) {
                        *at = next;
                    }
                }
                Ok(due.into_iter().map(|(_, object)| object).collect())
            })
            .await
    }

    async fn note_repair(
        &self,
        object: ScheduleObject,
        found: AlarmCondition,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.faults
            .around(STORE, "registry.note_repair", || {
                if let Some((known, _)) = self.state.borrow_mut().get_mut(&object) {
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
                let mut found = BTreeMap::<TenantId, RegisteredSchedule>::new();
                for (ScheduleObject { tenant, .. }, (known, _)) in state.iter() {
                    let Known { entered_at, repairs, repaired } = known.clone();
                    let new =
                        RegisteredSchedule { tenant: *tenant, parts: 0, entered_at, repairs: 0, repaired };
                    let entry = found.entry(*tenant).or_insert(new);
                    entry.parts += 1;
                    entry.entered_at = entry.entered_at.min(entered_at);
                    entry.repairs += repairs;
                    if repaired.map(|(at, _)| at) > entry.repaired.map(|(at, _)| at) {
                        entry.repaired = repaired;
                    }
                }
                found.retain(|tenant, _| after.is_none_or(|after| *tenant > after));
                Ok(found.into_values().take(limit as usize).collect())
            })
            .await
    }

    async fn parts(&self, tenant: TenantId) -> Result<u16, StoreError> {
        self.faults
            .around(STORE, "registry.parts", || {
                let state = self.state.borrow();
                Ok(state.keys().filter(|object| object.tenant == tenant).count() as u16)
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
    let object = |place: usize, part| ScheduleObject { tenant: tenants[place], part };
    for place in 0..3 {
        registry.enter(object(place, 0), at(place as u64), at(100 - place as u64)).await.unwrap();
    }
    registry.enter(object(1, 1), at(40), at(200)).await.unwrap();
    // Entered again, nothing changes.
    registry.enter(object(0, 0), at(50), at(0)).await.unwrap();

    assert_eq!(registry.take_due(at(97), at(500), 9).await.unwrap(), []);
    assert_eq!(registry.take_due(at(100), at(500), 1).await.unwrap(), [object(2, 0)], "the longest due");
    let mut rest = registry.take_due(at(100), at(500), 9).await.unwrap();
    rest.sort();
    assert_eq!(rest, [object(0, 0), object(1, 0)], "the one that was taken is not due again");
    assert_eq!(registry.take_due(at(499), at(900), 9).await.unwrap(), [object(1, 1)], "each of a tenant's");
    assert_eq!(registry.take_due(at(500), at(900), 9).await.unwrap().len(), 3);

    registry.note_repair(object(1, 1), AlarmCondition::Lost, at(7)).await.unwrap();
    registry.note_repair(object(1, 0), AlarmCondition::Late, at(9)).await.unwrap();
    registry.note_repair(object(1, 1), AlarmCondition::Overdue, at(8)).await.unwrap();
    let entry = |place: usize, parts, repairs, repaired| RegisteredSchedule {
        tenant: tenants[place],
        parts,
        entered_at: at(place as u64),
        repairs,
        repaired,
    };
    let known = registry.tenants(None, 2).await.unwrap();
    assert_eq!(known, [entry(0, 1, 0, None), entry(1, 2, 3, Some((at(9), AlarmCondition::Late)))]);
    assert_eq!(registry.tenants(Some(tenants[1]), 2).await.unwrap(), [entry(2, 1, 0, None)]);
    assert_eq!(registry.tenants(Some(tenants[2]), 2).await.unwrap(), []);
    assert_eq!(registry.parts(tenants[1]).await.unwrap(), 2);
    assert_eq!(registry.parts(make.tenant()).await.unwrap(), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_in_memory_passes_the_suite() {
        crate::run(schedule_registry_suite(&MemoryScheduleRegistry::default()));
    }
}
