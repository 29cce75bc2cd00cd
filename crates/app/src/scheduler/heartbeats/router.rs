//! From a caller to the object that holds the heartbeat.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::scheduler::{
    GetJob, Heartbeats, HeartbeatsClient, Job, JobError, PingByAddress, PingJob, PingTaken, Pings,
};
use domain::job::part_of;
use ids::JobId;
use mesh::durable::{Address, Namespace};
use mesh::{CallError, Transport};

use super::super::parts::{forwarded, object_name, refusal};
use crate::ports::ScheduleRegistry;

/// [`Heartbeats`], handed on to that of the tenant's objects that has the job.
#[derive(Clone)]
pub struct HeartbeatsRouter {
    /// The tenants' objects.
    pub objects: Rc<dyn Namespace>,
    /// Which tenants have how many.
    pub registry: Rc<dyn ScheduleRegistry>,
}

type Object = HeartbeatsClient<Rc<dyn Transport>>;

impl HeartbeatsRouter {
    /// Asks the object that a job's id names, and the first one where that knows nothing of it: an id of before there were
    /// several says nothing.
    async fn ask<T>(
        &self,
        context: &TenantCall,
        job_id: JobId,
        parts: u16,
        call: impl AsyncFn(Object, TenantCall) -> Result<T, CallError<JobError>>,
    ) -> Result<T, JobError> {
        let object =
            |part| HeartbeatsClient::over(self.objects.object(&Address::of(context, &object_name(part))));
        let part = part_of(job_id.lead());
        if part > 0 && part < parts {
            match call(object(part), forwarded(context)).await.map_err(refusal) {
                Err(JobError::NotFound) => {}
                answer => return answer,
            }
        }
        call(object(0), forwarded(context)).await.map_err(refusal)
    }
}

#[async_trait(?Send)]
impl Heartbeats for HeartbeatsRouter {
    async fn ping_job(&self, context: &TenantCall, request: PingJob) -> Result<PingTaken, JobError> {
        let job_id = request.job_id;
        let call = async |object: Object, context| object.ping_job(&context, request.clone()).await;
        self.ask(context, job_id, u16::MAX, call).await
    }

    async fn ping_by_address(
        &self,
        context: &TenantCall,
        request: PingByAddress,
    ) -> Result<PingTaken, JobError> {
        // Whoever makes tenants up makes no objects of them.
        let parts = self.registry.parts(context.scope.tenant).await;
        let parts = parts.map_err(|error| JobError::Unavailable { detail: error.to_string() })?;
        if parts == 0 {
            return Err(JobError::NotFound);
        }
        let job_id = request.ping.job_id;
        let call = async |object: Object, context| object.ping_by_address(&context, request.clone()).await;
        self.ask(context, job_id, parts, call).await
    }

    async fn rotate_ping(&self, context: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        let job_id = request.job_id;
        let call = async |object: Object, context| object.rotate_ping(&context, GetJob { job_id }).await;
        self.ask(context, job_id, u16::MAX, call).await
    }

    async fn list_pings(&self, context: &TenantCall, request: GetJob) -> Result<Pings, JobError> {
        let job_id = request.job_id;
        let call = async |object: Object, context| object.list_pings(&context, GetJob { job_id }).await;
        self.ask(context, job_id, u16::MAX, call).await
    }
}
