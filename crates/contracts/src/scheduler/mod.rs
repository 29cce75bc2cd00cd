//! What may be asked of the scheduler.

mod backfill;
mod change;
mod heartbeats;
mod http_task;
mod jobs;
mod policy;
mod runs;
mod scans;
mod schedule;
mod task;
mod upkeep;

pub use backfill::*;
pub use change::*;
pub use heartbeats::*;
pub use http_task::*;
pub use jobs::*;
pub use policy::*;
pub use runs::*;
pub use scans::*;
pub use schedule::*;
pub use task::*;
pub use upkeep::*;

use crate::TenantCall;
use crate::pipeline::subscriptions::RotatedSecret;

/// The gateway's view of the scheduler: a tenant's jobs.
#[mesh::service(contract = "../../contracts/Jobs.json")]
pub trait Jobs {
    /// Creates a job. The context's idempotency key makes a repeated call give the first job.
    async fn create_job(&self, context: &TenantCall, request: CreateJob) -> Result<Job, JobError>;
    /// One job.
    #[mesh(idempotent)]
    async fn get_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError>;
    /// Jobs, newest first.
    #[mesh(idempotent)]
    async fn list_jobs(&self, context: &TenantCall, request: ListJobs) -> Result<JobPage, JobError>;
    /// Changes a job. Times that came keep their record; what is not over yet does what the job said when its time came.
    async fn change_job(&self, context: &TenantCall, request: ChangeJob) -> Result<Job, JobError>;
    /// Deletes a job and what is pending of it. Its runs are deleted too.
    async fn delete_job(&self, context: &TenantCall, request: GetJob) -> Result<(), JobError>;
    /// Stops firing until resumed. Pausing a paused job changes nothing.
    #[mesh(idempotent)]
    async fn pause_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError>;
    /// Fires again, from the next nominal time on. Resuming an active job changes nothing.
    #[mesh(idempotent)]
    async fn resume_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError>;
    /// Runs the job once now, whatever its schedule.
    async fn run_job(&self, context: &TenantCall, request: GetJob) -> Result<JobRun, JobError>;
    /// Runs the times of a past range that did not run. The context's idempotency key makes a repeated call give the
    /// first backfill.
    async fn backfill_job(&self, context: &TenantCall, request: BackfillJob)
    -> Result<JobBackfill, JobError>;
    /// One backfill.
    #[mesh(idempotent)]
    async fn get_backfill(
        &self,
        context: &TenantCall,
        request: GetJobBackfill,
    ) -> Result<JobBackfill, JobError>;
    /// A job's backfills, newest first.
    #[mesh(idempotent)]
    async fn list_backfills(
        &self,
        context: &TenantCall,
        request: ListJobBackfills,
    ) -> Result<JobBackfillPage, JobError>;
    /// Begins no more of its runs, and takes those back that were not tried. Cancelling twice changes nothing.
    #[mesh(idempotent)]
    async fn cancel_backfill(
        &self,
        context: &TenantCall,
        request: GetJobBackfill,
    ) -> Result<JobBackfill, JobError>;
    /// Makes a new secret for the requests of a job; the one before signs beside it for the overlap.
    async fn rotate_job_secret(
        &self,
        context: &TenantCall,
        request: RotateJobSecret,
    ) -> Result<RotatedSecret, JobError>;
    /// Runs of a job, newest first.
    #[mesh(idempotent)]
    async fn list_runs(&self, context: &TenantCall, request: ListRuns) -> Result<RunPage, JobError>;
}
