//! The `Heartbeats` service as a tenant's own object answers it.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::scheduler::{GetJob, Heartbeats, Job, JobError, PingByAddress, PingJob, PingTaken, Pings};
use subtle::ConstantTimeEq;

use super::super::TenantJobs;
use super::super::tenant_jobs::unavailable;
use super::ping;

/// [`Heartbeats`] beside the jobs of one tenant. A clone answers for the same object.
#[derive(Clone)]
pub struct TenantHeartbeats(pub TenantJobs);

impl TenantHeartbeats {
    /// Whether whoever pings has the job's address. An object that is nobody's stays so.
    fn is_proven(&self, context: &TenantCall, request: &PingByAddress) -> Result<bool, JobError> {
        let store = &self.0.ports().store;
        if store.owner().map_err(unavailable)? != Some(context.scope.tenant) {
            return Ok(false);
        }
        let job = store.job(request.ping.job_id).map_err(unavailable)?;
        let state = job.and_then(|job| job.heartbeat);
        let same = |secret: &str| secret.as_bytes().ct_eq(request.secret.expose().as_bytes()).into();
        Ok(state.is_some_and(|state| same(state.secret.expose())))
    }
}

#[async_trait(?Send)]
impl Heartbeats for TenantHeartbeats {
    async fn ping_job(&self, context: &TenantCall, request: PingJob) -> Result<PingTaken, JobError> {
        let taken = ping::ping(self.0.write(context)?, request);
        // Also after a refusal: what came by then may have been judged before it.
        self.0.rearm().await?;
        taken
    }

    async fn ping_by_address(
        &self,
        context: &TenantCall,
        request: PingByAddress,
    ) -> Result<PingTaken, JobError> {
        match self.is_proven(context, &request)? {
            true => self.ping_job(context, request.ping).await,
            false => Err(JobError::NotFound),
        }
    }

    async fn rotate_ping(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        ping::rotate(self.0.write(context)?, request.job_id)
    }

    async fn list_pings(&self, context: &TenantCall, request: GetJob) -> Result<Pings, JobError> {
        ping::list(self.0.read(context).await?, request.job_id)
    }
}
