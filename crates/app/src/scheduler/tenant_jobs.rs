//! The `Jobs` service as a tenant's own object answers it: a table of contents, and the gate before it.

use std::cell::Cell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::subscriptions::RotatedSecret;
use contracts::scheduler::{
    BackfillJob, ChangeJob, CreateJob, GetJob, GetJobBackfill, Job, JobBackfill, JobBackfillPage, JobError,
    JobPage, JobRun, Jobs, ListJobBackfills, ListJobs, ListRuns, RotateJobSecret, RunPage,
};

use super::{
    SchedulePorts, backfill, change_job, create_job, http_tasks, parts, patch_job, read_job, run_job,
    watchdog,
};
use crate::ports::StoreError;

/// [`Jobs`] over one tenant's ports. A clone answers for the same object.
#[derive(Clone)]
pub struct TenantJobs {
    ports: SchedulePorts,
    /// Whether this instance has set the alarm. A schedule whose alarm was lost heals with the first call of any kind.
    armed: Rc<Cell<bool>>,
}

impl TenantJobs {
    /// Starts over what is stored. Runs that an earlier instance was at work on become due again: it is gone, and their
    /// idempotency keys make another try safe.
    ///
    /// # Errors
    /// [`StoreError`] when the store fails.
    pub fn start(ports: SchedulePorts) -> Result<Self, StoreError> {
        ports.store.release_running(ports.clock.now())?;
        Ok(Self { ports, armed: Rc::default() })
    }

    /// What it is over.
    pub(super) const fn ports(&self) -> &SchedulePorts {
        &self.ports
    }

    /// Lets a reading call in.
    pub(super) async fn read(&self, context: &TenantCall) -> Result<&SchedulePorts, JobError> {
        let owner = self.ports.store.owner().map_err(unavailable)?;
        if owner.is_some_and(|owner| owner != context.scope.tenant) {
            return Err(misdirected());
        }
        if !self.armed.get() {
            self.rearm().await?;
        }
        Ok(&self.ports)
    }

    /// Lets a writing call in. The first one ever ties the object to its tenant.
    pub(super) fn write(&self, context: &TenantCall) -> Result<&SchedulePorts, JobError> {
        let tenant = context.scope.tenant;
        match self.ports.store.claim(tenant).map_err(unavailable)? {
            owner if owner == tenant => Ok(&self.ports),
            _ => Err(misdirected()),
        }
    }

    /// After a writing call. When it fails, what was written stays and the caller hears of it: the next call of any
    /// kind sets the alarm again.
    pub(super) async fn rearm(&self) -> Result<(), JobError> {
        self.armed.set(false);
        self.ports.rearm().await.map_err(unavailable)?;
        self.armed.set(true);
        Ok(())
    }
}

#[async_trait(?Send)]
impl Jobs for TenantJobs {
    async fn create_job(&self, context: &TenantCall, request: CreateJob) -> Result<Job, JobError> {
        let ports = self.write(context)?;
        if let Some(part) = parts::elsewhere(ports, context, &request)? {
            return parts::create(ports, context, request, part).await;
        }
        ports.tasks.check(context, &request.task).await?;
        // Before there is anything to lose sight of.
        watchdog::enter(ports, context.scope.tenant).await.map_err(unavailable)?;
        let job = create_job::create_job(ports, context, request)?;
        self.rearm().await?;
        Ok(job)
    }

    async fn get_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        read_job::get_job(self.read(context).await?, request)
    }

    async fn list_jobs(&self, context: &TenantCall, request: ListJobs) -> Result<JobPage, JobError> {
        let ports = self.read(context).await?;
        let own = read_job::list_jobs(ports, request.clone())?;
        parts::merge(ports, context, &request, own).await
    }

    async fn change_job(&self, context: &TenantCall, request: ChangeJob) -> Result<Job, JobError> {
        let ports = self.write(context)?;
        if let Some(task) = &request.task {
            ports.tasks.check(context, task).await?;
        }
        let job = patch_job::change_job(ports, request);
        // Also after a refusal: what came of the old schedule may have been settled before it.
        self.rearm().await?;
        job
    }

    async fn delete_job(&self, context: &TenantCall, request: GetJob) -> Result<(), JobError> {
        change_job::delete_job(self.write(context)?, request)?;
        self.rearm().await
    }

    async fn pause_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        let job = change_job::pause_job(self.write(context)?, request)?;
        self.rearm().await?;
        Ok(job)
    }

    async fn resume_job(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        let job = change_job::resume_job(self.write(context)?, request)?;
        self.rearm().await?;
        Ok(job)
    }

    async fn run_job(&self, context: &TenantCall, request: GetJob) -> Result<JobRun, JobError> {
        let run = run_job::run_job(self.write(context)?, context, request)?;
        self.rearm().await?;
        Ok(run)
    }

    async fn backfill_job(
        &self,
        context: &TenantCall,
        request: BackfillJob,
    ) -> Result<JobBackfill, JobError> {
        let asked = backfill::backfill_job(self.write(context)?, context, request);
        // Also after a refusal: what came of the schedule may have been settled before it.
        self.rearm().await?;
        asked
    }

    async fn get_backfill(
        &self,
        context: &TenantCall,
        request: GetJobBackfill,
    ) -> Result<JobBackfill, JobError> {
        backfill::get_backfill(self.read(context).await?, &request)
    }

    async fn list_backfills(
        &self,
        context: &TenantCall,
        request: ListJobBackfills,
    ) -> Result<JobBackfillPage, JobError> {
        backfill::list_backfills(self.read(context).await?, &request)
    }

    async fn cancel_backfill(
        &self,
        context: &TenantCall,
        request: GetJobBackfill,
    ) -> Result<JobBackfill, JobError> {
        let cancelled = backfill::cancel_backfill(self.write(context)?, &request)?;
        self.rearm().await?;
        Ok(cancelled)
    }

    async fn rotate_job_secret(
        &self,
        context: &TenantCall,
        request: RotateJobSecret,
    ) -> Result<RotatedSecret, JobError> {
        http_tasks::rotate(self.write(context)?, &request)
    }

    async fn list_runs(&self, context: &TenantCall, request: ListRuns) -> Result<RunPage, JobError> {
        read_job::list_runs(self.read(context).await?, request)
    }
}

/// The call names another tenant than the object's. The caller's address was wrong, which is no tenant's business.
fn misdirected() -> JobError {
    JobError::Unavailable { detail: "the call went to another tenant's schedule".into() }
}

pub(super) fn unavailable(error: StoreError) -> JobError {
    JobError::Unavailable { detail: error.to_string() }
}
