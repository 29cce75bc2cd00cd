//! Jobs and runs in memory.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::rc::Rc;

use app::ports::{
    AlertRecord, BackfillRecord, EndedRun, JobRecord, KeyUse, RunRecord, ScheduleStore, StoreError,
};
use contracts::Timestamp;
use contracts::scheduler::{JobStatus, Ping};
use domain::job::AlertState;
use ids::{BackfillId, JobId, TenantId};

use crate::{Faults, run};

pub(super) const STORE: &str = "MEMORY_SCHEDULE";

/// One tenant's jobs and runs in memory. Operations for [`Faults`]: `schedule.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryScheduleStore {
    faults: Faults,
    state: Rc<RefCell<State>>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    owner: Option<TenantId>,
    entered: bool,
    pub(super) jobs: BTreeMap<JobId, JobRecord>,
    pub(super) ended_seq: u64,
    pub(super) ended: Vec<EndedRun>,
    pub(super) alert_states: BTreeMap<JobId, AlertState>,
    pub(super) alerts: Vec<AlertRecord>,
    pub(super) last_part: u16,
    pub(super) placements: BTreeMap<String, (u16, Timestamp)>,
    /// Of each job, oldest first.
    pub(super) pings: BTreeMap<JobId, Vec<Ping>>,
    /// Of each job, oldest first.
    pub(super) runs: HashMap<JobId, Vec<RunRecord>>,
    keys: BTreeMap<String, KeyUse>,
    pub(super) backfills: BTreeMap<BackfillId, BackfillRecord>,
}

impl MemoryScheduleStore {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), state: Rc::default() }
    }

    /// The port is synchronous, the plan of failures is not: its turns are taken on the spot.
    pub(super) fn act<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce(&mut State) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        run(self.faults.around(STORE, operation, || act(&mut self.state.borrow_mut())))
    }
}

impl State {
    pub(super) fn put_key(&mut self, key: Option<&KeyUse>) -> Result<(), StoreError> {
        let Some(key) = key else { return Ok(()) };
        if self.keys.contains_key(&key.key) {
            return Err(StoreError::new(STORE, format!("key `{}` is taken", key.key)));
        }
        self.keys.insert(key.key.clone(), key.clone());
        Ok(())
    }
}

impl ScheduleStore for MemoryScheduleStore {
    fn owner(&self) -> Result<Option<TenantId>, StoreError> {
        self.act("schedule.owner", |state| Ok(state.owner))
    }

    fn claim(&self, tenant: TenantId) -> Result<TenantId, StoreError> {
        self.act("schedule.claim", |state| Ok(*state.owner.get_or_insert(tenant)))
    }

    fn is_entered(&self) -> Result<bool, StoreError> {
        self.act("schedule.is_entered", |state| Ok(state.entered))
    }

    fn set_entered(&self) -> Result<(), StoreError> {
        self.act("schedule.set_entered", |state| {
            state.entered = state.owner.is_some();
            Ok(())
        })
    }

    fn key_use(&self, key: &str) -> Result<Option<KeyUse>, StoreError> {
        self.act("schedule.key_use", |state| Ok(state.keys.get(key).cloned()))
    }

    fn forget_keys(&self, time: Timestamp) -> Result<(), StoreError> {
        self.act("schedule.forget_keys", |state| {
            state.keys.retain(|_, used| used.used_at >= time);
            state.placements.retain(|_, (_, placed_at)| *placed_at >= time);
            Ok(())
        })
    }

    fn next_wake(&self) -> Result<Option<Timestamp>, StoreError> {
        self.act("schedule.next_wake", |state| {
            let jobs = state.jobs.values().filter(|job| job.state.status == JobStatus::Active);
            let jobs = jobs.filter_map(|job| job.state.wake_at);
            let backfills = state.backfills.values().filter_map(|backfill| backfill.due_at);
            let alerts = state.next_alerts().map(|alert| alert.due_at);
            let judged = state.ended.first().map(|ended| {
                let run = state.all_runs().find(|run| run.run_id == ended.run_id);
                run.map_or(Timestamp::from_unix_ms(1), |run| {
                    run.progress.ended_at.map_or(run.scheduled_for, |ended| ended.min(run.scheduled_for))
                })
            });
            let jobs = jobs.chain(alerts).chain(judged).chain(backfills);
            Ok(jobs.chain(state.all_runs().filter_map(|run| run.progress.due_at)).min())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_passes_the_suite() {
        crate::schedule::schedule_store_suite(|| Rc::new(MemoryScheduleStore::default()));
    }
}
