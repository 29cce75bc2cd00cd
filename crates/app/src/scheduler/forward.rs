//! The `Jobs` service as callers reach it: each call goes on to the tenant's own object.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::scheduler::{
    BackfillJob, ChangeJob, CreateJob, GetJob, GetJobBackfill, Job, JobBackfill, JobBackfillPage, JobError,
    JobPage, JobRun, Jobs, JobsClient, ListJobBackfills, ListJobs, ListRuns, RunPage,
};
use mesh::durable::{Address, Namespace};
use mesh::{CallError, Transport};

/// What a tenant's object is called.
pub(super) const OBJECT: &str = "schedule";

/// [`Jobs`] over the tenants' objects. The object is chosen by the call's authenticated tenant and nothing else.
#[derive(Clone)]
pub struct JobsRouter(pub Rc<dyn Namespace>);

impl JobsRouter {
    fn object(&self, context: &TenantCall) -> (JobsClient<Rc<dyn Transport>>, TenantCall) {
        let object = self.0.object(&Address::of(context, OBJECT));
        (JobsClient::over(object), context.forwarded_by("scheduler"))
    }
}

/// One arm for each method: they differ in nothing but their names and types.
macro_rules! forward {
    ($($method:ident($request:ty) -> $reply:ty;)+) => {
        #[async_trait(?Send)]
        impl Jobs for JobsRouter {$(
            async fn $method(&self, context: &TenantCall, request: $request) -> Result<$reply, JobError> {
                let (object, context) = self.object(context);
                object.$method(&context, request).await.map_err(refusal)
            }
        )+}
    };
}

forward! {
    create_job(CreateJob) -> Job;
    get_job(GetJob) -> Job;
    list_jobs(ListJobs) -> JobPage;
    change_job(ChangeJob) -> Job;
    delete_job(GetJob) -> ();
    pause_job(GetJob) -> Job;
    resume_job(GetJob) -> Job;
    run_job(GetJob) -> JobRun;
    backfill_job(BackfillJob) -> JobBackfill;
    get_backfill(GetJobBackfill) -> JobBackfill;
    list_backfills(ListJobBackfills) -> JobBackfillPage;
    cancel_backfill(GetJobBackfill) -> JobBackfill;
    list_runs(ListRuns) -> RunPage;
}

fn refusal(error: CallError<JobError>) -> JobError {
    match error {
        CallError::Refused(refusal) => refusal,
        other => JobError::Unavailable { detail: other.to_string() },
    }
}
