//! Which tenants have a schedule: nothing else knows, since a tenant's object is found by its name alone.

use async_trait::async_trait;
use contracts::Timestamp;
use contracts::scheduler::AlarmCondition;
use ids::TenantId;

use super::StoreError;

/// The tenants whose objects hold a schedule, and when each was last looked after.
///
/// It is over all tenants by its nature: what reads it is the watchdog, and the operators' scan.
#[async_trait(?Send)]
pub trait ScheduleRegistry {
    /// Enters a tenant, to be looked after from `attend_at` on. Does nothing where it is there already.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    async fn enter(&self, tenant: TenantId, now: Timestamp, attend_at: Timestamp) -> Result<(), StoreError>;

    /// The tenants to be looked after at `now`, longest due first, at most `limit`; each is due again at `next`. Two
    /// sweeps at once take different ones.
    async fn take_due(
        &self,
        now: Timestamp,
        next: Timestamp,
        limit: u32,
    ) -> Result<Vec<TenantId>, StoreError>;

    /// Records that a tenant's alarm had to be set again, and how it was.
    async fn note_repair(
        &self,
        tenant: TenantId,
        found: AlarmCondition,
        now: Timestamp,
    ) -> Result<(), StoreError>;

    /// At most `limit` tenants after `after`, in order of their ids.
    async fn tenants(
        &self,
        after: Option<TenantId>,
        limit: u32,
    ) -> Result<Vec<RegisteredSchedule>, StoreError>;
}

/// A tenant of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisteredSchedule {
    /// Whose schedule.
    pub tenant: TenantId,
    /// When its first job was made.
    pub entered_at: Timestamp,
    /// How often its alarm had to be set again.
    pub repairs: u32,
    /// When it last had to be, and how it was then.
    pub repaired: Option<(Timestamp, AlarmCondition)>,
}
