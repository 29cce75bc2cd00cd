//! Which tenants have a schedule, and in how many objects: nothing else knows, since an object is found by its name alone.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::scheduler::AlarmCondition;
use ids::TenantId;

use super::StoreError;

/// One of the objects that hold a tenant's schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ScheduleObject {
    /// Whose.
    pub tenant: TenantId,
    /// Which of its objects, from 0.
    pub part: u16,
}

/// The tenants whose objects hold a schedule, and when each was last looked after.
///
/// It is over all tenants by its nature: what reads it is the watchdog, and the operators' scan.
#[async_trait(?Send)]
pub trait ScheduleRegistry {
    /// Enters an object, to be looked after from `attend_at` on. Does nothing where it is there already.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    async fn enter(
        &self,
        object: ScheduleObject,
        now: Timestamp,
        attend_at: Timestamp,
    ) -> Result<(), StoreError>;

    /// The objects to be looked after at `now`, longest due first, at most `limit`; each is due again at `next`. Two
    /// sweeps at once take different ones.
    async fn take_due(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<ScheduleObject>, StoreError>;

    /// Records that an object's alarm had to be set again, and how it was.
    async fn note_repair(
        &self,
        object: ScheduleObject,
        found: AlarmCondition,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// At most `limit` tenants after `after`, in order of their ids.
    async fn tenants(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<RegisteredSchedule>, StoreError>;

    /// In how many objects a tenant's schedule is; 0 of one that has none.
    async fn parts(&self, tenant: TenantId) -> Result<u16, StoreError>;
}

/// A tenant of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredSchedule {
    /// Whose schedule.
    pub tenant: TenantId,
    /// In how many objects: 1 and more.
    pub parts: u16,
    /// When its first job was made.
    pub entered_at: Timestamp,
    /// How often an alarm of its had to be set again.
    pub repairs: u32,
    /// When it last had to be, and how it was then.
    pub repaired: Option<(Timestamp, AlarmCondition)>,
}
