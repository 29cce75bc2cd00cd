//! Heartbeats in memory.

use app::ports::{HeartbeatStore, PINGS_KEPT, PingEffect, RunRecord, StoreError};
use contracts::Timestamp;
use contracts::scheduler::{Ping, RunOutcome};
use ids::JobId;

use super::store::MemoryScheduleStore;

impl HeartbeatStore for MemoryScheduleStore {
    fn pending_runs(&self, job_id: JobId, limit: u32) -> Result<Vec<RunRecord>, StoreError> {
        self.act("schedule.pending_runs", |state| {
            let stored = state.runs.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            let pending = stored.iter().filter(|run| run.progress.outcome == RunOutcome::Pending);
            Ok(pending.take(limit as usize).cloned().collect())
        })
    }

    fn take_ping(&self, job_id: JobId, effect: PingEffect<'_>, now: Timestamp) -> Result<(), StoreError> {
        let PingEffect { ping, state: kept, judged, recovers } = effect;
        self.act("schedule.take_ping", |state| {
            let Some(job) = state.jobs.get_mut(&job_id) else { return Ok(()) };
            job.heartbeat = Some(kept.clone());
            if let Some(ping) = ping {
                let pings = state.pings.entry(job_id).or_default();
                pings.push(ping.clone());
                let surplus = pings.len().saturating_sub(PINGS_KEPT as usize);
                pings.drain(..surplus);
            }
            for (run_id, progress) in judged {
                state.progress(*run_id, progress, now);
            }
            if let Some(run_id) = recovers {
                if let Some(job) = state.jobs.get_mut(&job_id) {
                    job.failing_since = None;
                }
                state.run_ended(job_id, run_id, RunOutcome::Succeeded, 1);
            }
            Ok(())
        })
    }

    fn pings(&self, job_id: JobId, limit: u32) -> Result<Vec<Ping>, StoreError> {
        self.act("schedule.pings", |state| {
            let pings = state.pings.get(&job_id).map(Vec::as_slice).unwrap_or_default();
            Ok(pings.iter().rev().take(limit as usize).cloned().collect())
        })
    }
}
