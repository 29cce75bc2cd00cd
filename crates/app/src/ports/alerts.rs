//! What a tenant's jobs are to be told of: runs that ended and were not judged, and alerts that were not sent.

use contracts::Timestamp;
use contracts::scheduler::RunOutcome;
use domain::job::AlertState;
use ids::{JobId, RunId};

use super::StoreError;

/// A run that ended, of a job that wants to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndedRun {
    /// Its place among them.
    pub seq: u64,
    /// The job.
    pub job_id: JobId,
    /// The run.
    pub run_id: RunId,
    /// How it ended: succeeded, failed, or missed.
    pub outcome: RunOutcome,
    /// For how many times it stands.
    pub count: u64,
}

/// Something to be told, until it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlertRecord {
    /// What tells it from every other, and makes telling it twice have one effect.
    pub key: String,
    /// About which job.
    pub job_id: JobId,
    /// The type of the event that tells it.
    pub kind: String,
    /// Its payload, JSON.
    pub payload: String,
    /// How often that was tried.
    pub attempts: u32,
    /// When to try next.
    pub due_at: Timestamp,
}

/// Alerts in the same store as a tenant's schedule. That a run ended is put down in the very write that ends it, where its
/// job wants to be told; what it leads to is judged later, once.
///
/// Synchronous for the reason that [`super::ScheduleStore`] gives.
pub trait AlertStore {
    /// At most `limit` runs that ended and were not judged, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] from this and every method, when the store fails.
    fn ended_runs(&self, limit: u32) -> Result<Vec<EndedRun>, StoreError>;
    /// What is kept of a job between its runs.
    fn alert_state(&self, job_id: JobId) -> Result<AlertState, StoreError>;
    /// One run that ended was judged: keeps how its job stands now, and what is to be told. All of it, or nothing.
    fn put_judgement(
        &self,
        ended: &EndedRun,
        state: AlertState,
        alert: Option<&AlertRecord>,
    ) -> Result<(), StoreError>;
    /// Alerts to be told at `now`, longest due first, at most `limit`: of each job the oldest alone, which the others wait
    /// for.
    fn due_alerts(&self, now: Timestamp, limit: u32) -> Result<Vec<AlertRecord>, StoreError>;
    /// It was told.
    fn drop_alert(&self, key: &str) -> Result<(), StoreError>;
    /// It was not told, and will be tried again at `due_at`.
    fn put_off_alert(&self, key: &str, due_at: Timestamp) -> Result<(), StoreError>;
}
