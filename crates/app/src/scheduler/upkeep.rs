//! The `Upkeep` service as a tenant's own object answers it.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::scheduler::{AlarmCondition, Attend, Attended, ScanJobs, Scanned, Upkeep, UpkeepError};
use contracts::{TenantCall, Timestamp};
use domain::job::AlarmHealth;

use super::{SchedulePorts, scan};
use crate::ports::StoreError;

/// [`Upkeep`] over one tenant's ports. A clone looks after the same object.
#[derive(Clone)]
pub struct TenantUpkeep {
    ports: SchedulePorts,
    ringing: Rc<Cell<bool>>,
}

/// The alarm's handler is at work until this goes.
pub struct Ringing(Rc<Cell<bool>>);

impl Drop for Ringing {
    fn drop(&mut self) {
        self.0.set(false);
    }
}

impl TenantUpkeep {
    /// Over the ports of the object.
    #[must_use]
    pub fn new(ports: SchedulePorts) -> Self {
        Self { ports, ringing: Rc::default() }
    }

    /// Says that the alarm's handler is at work: there is no alarm then, and none is missing.
    #[must_use]
    pub fn ringing(&self) -> Ringing {
        self.ringing.set(true);
        Ringing(self.ringing.clone())
    }

    /// How the alarm is, when anything is due, and the time that it is set to.
    async fn look(
        &self,
        context: &TenantCall,
    ) -> Result<(AlarmHealth, Option<Timestamp>, Option<Timestamp>), StoreError> {
        let owner = self.ports.store.owner()?;
        if owner.is_some_and(|owner| owner != context.scope.tenant) {
            return Err(StoreError::new("TENANT_SCHEDULE", "the call went to another tenant's schedule"));
        }
        let set_at = self.ports.alarm.at().await?;
        // Read after the wait: what is due may have changed meanwhile.
        let due_at = self.ports.store.next_wake()?;
        let ms = |time: Option<Timestamp>| time.map(Timestamp::unix_ms);
        let now = self.ports.clock.now();
        let health = AlarmHealth::of(ms(due_at), ms(set_at), self.ringing.get(), now.unix_ms());
        Ok((health, due_at, set_at))
    }

    async fn repair(&self, context: &TenantCall) -> Result<Attended, StoreError> {
        let (health, due_at, set_at) = self.look(context).await?;
        if health.needs_setting() {
            self.ports.rearm().await?;
        }
        Ok(Attended { alarm: condition(health), next_wake_at: due_at, alarm_at: set_at })
    }

    async fn examine(&self, context: &TenantCall, request: ScanJobs) -> Result<Scanned, StoreError> {
        let (health, _, set_at) = self.look(context).await?;
        let alarm = request.after.is_none().then_some((health, set_at));
        scan::scan(&self.ports, alarm, request)
    }
}

#[async_trait(?Send)]
impl Upkeep for TenantUpkeep {
    async fn attend(&self, context: &TenantCall, _: Attend) -> Result<Attended, UpkeepError> {
        self.repair(context).await.map_err(unavailable)
    }

    async fn scan(&self, context: &TenantCall, request: ScanJobs) -> Result<Scanned, UpkeepError> {
        self.examine(context, request).await.map_err(unavailable)
    }
}

fn unavailable(error: StoreError) -> UpkeepError {
    UpkeepError::Unavailable { detail: error.to_string() }
}

const fn condition(health: AlarmHealth) -> AlarmCondition {
    match health {
        AlarmHealth::Sound => AlarmCondition::Sound,
        AlarmHealth::Ringing => AlarmCondition::Ringing,
        AlarmHealth::Lost => AlarmCondition::Lost,
        AlarmHealth::Late => AlarmCondition::Late,
        AlarmHealth::Overdue => AlarmCondition::Overdue,
    }
}
