//! What jobs are to be told of, in memory.

use app::ports::{AlertRecord, AlertStore, EndedRun, StoreError};
use contracts::Timestamp;
use contracts::scheduler::RunOutcome;
use domain::job::AlertState;
use ids::JobId;

use super::store::{MemoryScheduleStore, State};

impl State {
    /// Puts down that a run of a job that wants to be told ended.
    pub(super) fn run_ended(&mut self, job_id: JobId, run_id: ids::RunId, outcome: RunOutcome, count: u64) {
        let wanted = self.jobs.get(&job_id).is_some_and(|job| job.policy.alert.is_some());
        if wanted {
            self.ended_seq += 1;
            self.ended.push(EndedRun { seq: self.ended_seq, job_id, run_id, outcome, count });
        }
    }

    /// A job is gone, and what it was to be told of with it.
    /// Of each job the oldest alert, which is to be told before the others.
    pub(super) fn next_alerts(&self) -> impl Iterator<Item = &AlertRecord> {
        let first = |at: usize, alert: &AlertRecord| {
            !self.alerts[..at].iter().any(|earlier| earlier.job_id == alert.job_id)
        };
        self.alerts.iter().enumerate().filter(move |(at, alert)| first(*at, alert)).map(|(_, alert)| alert)
    }

    pub(super) fn forget_alerts(&mut self, job_id: JobId) {
        self.ended.retain(|ended| ended.job_id != job_id);
        self.alert_states.remove(&job_id);
        self.alerts.retain(|alert| alert.job_id != job_id);
    }
}

impl AlertStore for MemoryScheduleStore {
    fn ended_runs(&self, limit: u32) -> Result<Vec<EndedRun>, StoreError> {
        self.act("schedule.ended_runs", |state| {
            Ok(state.ended.iter().take(limit as usize).cloned().collect())
        })
    }

    fn alert_state(&self, job_id: JobId) -> Result<AlertState, StoreError> {
        self.act("schedule.alert_state", |state| {
            Ok(state.alert_states.get(&job_id).copied().unwrap_or_default())
        })
    }

    fn put_judgement(
        &self,
        ended: &EndedRun,
        judged: AlertState,
        alert: Option<&AlertRecord>,
    ) -> Result<(), StoreError> {
        self.act("schedule.put_judgement", |state| {
            state.ended.retain(|known| known.seq != ended.seq);
            if state.jobs.contains_key(&ended.job_id) {
                state.alert_states.insert(ended.job_id, judged);
                state.alerts.extend(alert.cloned());
            }
            Ok(())
        })
    }

    fn due_alerts(&self, now: Timestamp, limit: u32) -> Result<Vec<AlertRecord>, StoreError> {
        self.act("schedule.due_alerts", |state| {
            let mut due: Vec<_> = state.next_alerts().filter(|alert| alert.due_at <= now).cloned().collect();
            due.sort_by(|a, b| (a.due_at, &a.key).cmp(&(b.due_at, &b.key)));
            due.truncate(limit as usize);
            Ok(due)
        })
    }

    fn drop_alert(&self, key: &str) -> Result<(), StoreError> {
        self.act("schedule.drop_alert", |state| {
            state.alerts.retain(|alert| alert.key != key);
            Ok(())
        })
    }

    fn put_off_alert(&self, key: &str, due_at: Timestamp) -> Result<(), StoreError> {
        self.act("schedule.put_off_alert", |state| {
            for alert in state.alerts.iter_mut().filter(|alert| alert.key == key) {
                alert.attempts += 1;
                alert.due_at = due_at;
            }
            Ok(())
        })
    }
}
