//! The `Jobs` service as callers reach it: each call goes on to the tenant's own object, or to that one of several that
//! has the job.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::subscriptions::RotatedSecret;
use contracts::scheduler::{
    BackfillJob, ChangeJob, CreateJob, GetJob, GetJobBackfill, Job, JobBackfill, JobBackfillPage, JobError,
    JobPage, JobRun, Jobs, JobsClient, ListJobBackfills, ListJobs, ListRuns, RotateJobSecret, RunPage,
};
use domain::job::part_of;
use mesh::Transport;
use mesh::durable::{Address, Namespace};

use super::parts::{forwarded, object_name, refusal};

/// [`Jobs`] over the tenants' objects. The object is chosen by the call's authenticated tenant and the job's id, and by
/// nothing else.
#[derive(Clone)]
pub struct JobsRouter(pub Rc<dyn Namespace>);

impl JobsRouter {
    fn object(&self, context: &TenantCall, part: u16) -> JobsClient<Rc<dyn Transport>> {
        JobsClient::over(self.0.object(&Address::of(context, &object_name(part))))
    }
}

/// One arm for each method: they differ in nothing but their names and types. Those before the semicolon are the first
/// object's, those after it of the object that has the job.
macro_rules! forward {
    ($($first:ident($first_request:ty) -> $first_reply:ty,)+; $($method:ident($request:ty) -> $reply:ty,)+) => {
        #[async_trait(?Send)]
        impl Jobs for JobsRouter {
            $(
                async fn $first(
                    &self,
                    context: &TenantCall,
                    request: $first_request,
                ) -> Result<$first_reply, JobError> {
                    self.object(context, 0).$first(&forwarded(context), request).await.map_err(refusal)
                }
            )+
            $(
                async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, JobError> {
                    let part = part_of(request.job_id.lead());
                    let onward = forwarded(context);
                    if part > 0 {
                        let answer = self.object(context, part).$method(&onward, request.clone()).await;
                        match answer.map_err(refusal) {
                            // An id of before there were several says nothing.
                            Err(JobError::NotFound) => {}
                            answer => return answer,
                        }
                    }
                    self.object(context, 0).$method(&onward, request).await.map_err(refusal)
                }
            )+
        }
    };
}

forward! {
    create_job(CreateJob) -> Job,
    list_jobs(ListJobs) -> JobPage,
    ;
    get_job(GetJob) -> Job,
    change_job(ChangeJob) -> Job,
    delete_job(GetJob) -> (),
    pause_job(GetJob) -> Job,
    resume_job(GetJob) -> Job,
    run_job(GetJob) -> JobRun,
    backfill_job(BackfillJob) -> JobBackfill,
    get_backfill(GetJobBackfill) -> JobBackfill,
    list_backfills(ListJobBackfills) -> JobBackfillPage,
    cancel_backfill(GetJobBackfill) -> JobBackfill,
    list_runs(ListRuns) -> RunPage,
    rotate_job_secret(RotateJobSecret) -> RotatedSecret,
}
