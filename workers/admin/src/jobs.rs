//! `/admin/api/jobs`: a tenant's jobs, and running, pausing and resuming one.

use std::rc::Rc;

use contracts::scheduler::{
    GetJob, Job, JobError, JobRun, JobStanding, JobStatus, JobsClient, ListJobs, ListRuns, RunOutcome,
};
use contracts::{TenantCall, Timestamp};
use http_api::Page;
use http_api::jobs::lateness_ms;
use http_api::page::PageRequest;
use http_api::request::{FromQuery, Query, TextRule, read_query};
use ids::{EventId, JobId, RunId, TenantId};
use mesh::{CallError, Transport};
use serde::Serialize;
use serde_json::json;

use crate::answer::Answer;
use crate::audit::Asker;
use crate::problem::{Code, Problem};

/// The scheduler's jobs.
pub type Jobs = JobsClient<Rc<dyn Transport>>;

/// What an operator may do with a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobAct {
    /// Run it now.
    Run,
    /// Have it wait.
    Pause,
    /// Have it go on.
    Resume,
}

impl JobAct {
    /// Its name in a path and in the audit.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Pause => "pause",
            Self::Resume => "resume",
        }
    }

    /// The act of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Run, Self::Pause, Self::Resume].into_iter().find(|act| act.as_str() == name)
    }
}

/// The tenant that a query names: a job's id is known within its tenant alone.
pub(crate) struct OfTenant(pub(crate) TenantId);

impl FromQuery for OfTenant {
    fn read(query: &Query) -> Option<Self> {
        required_tenant(query).map(Self)
    }
}

fn required_tenant(query: &Query) -> Option<TenantId> {
    let tenant: Option<TenantId> = query.value("tenant");
    if tenant.is_none() {
        query.refuse("tenant", "must name the tenant: this is looked up tenant by tenant");
    }
    tenant
}

/// The query of the list.
struct Filters {
    standing: Option<JobStanding>,
    page: PageRequest<JobId>,
}

/// How a list may be narrowed, by name.
pub const STANDINGS: [(&str, JobStanding); 3] =
    [("due", JobStanding::Due), ("late", JobStanding::Late), ("failing", JobStanding::Failing)];

impl FromQuery for Filters {
    fn read(query: &Query) -> Option<Self> {
        let page = query.page("jobs", &["tenant", "standing"]);
        let standing = query.text("standing", TextRule::slug(16));
        let named = standing.as_ref().map(|given| STANDINGS.iter().find(|(name, _)| name == given));
        if named == Some(None) {
            query.refuse("standing", "must be one of `due`, `late`, `failing`");
        }
        Some(Self { standing: named.flatten().map(|(_, standing)| *standing), page })
    }
}

/// The query of a job's runs.
struct RunFilters {
    page: PageRequest<RunId>,
}

impl FromQuery for RunFilters {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("runs", &["tenant"]) })
    }
}

/// A job, as operators see it: not what its task carries.
#[derive(Debug, Serialize)]
pub struct JobView {
    /// Its id.
    pub id: JobId,
    /// Whose.
    pub tenant: TenantId,
    /// What its owner calls it.
    pub name: String,
    /// Counts its changes.
    pub version: u32,
    /// `active`, `paused` or `finished`.
    pub status: &'static str,
    /// When it runs next.
    pub next_run_at: Option<http_api::Timestamp>,
    /// Its next times.
    pub preview: Vec<http_api::Timestamp>,
    /// Since when its runs fail.
    pub failing_since: Option<http_api::Timestamp>,
    /// When it was made.
    pub created_at: http_api::Timestamp,
}

/// A run of it.
#[derive(Debug, Serialize)]
pub struct RunView {
    /// Its id.
    pub id: RunId,
    /// Its nominal time.
    pub scheduled_for: http_api::Timestamp,
    /// How many nominal times it stands for.
    pub count: u64,
    /// When it began.
    pub started_at: Option<http_api::Timestamp>,
    /// When it ended.
    pub ended_at: Option<http_api::Timestamp>,
    /// How much later than its nominal time it began.
    pub lateness_ms: Option<u64>,
    /// What came of it.
    pub outcome: RunOutcome,
    /// How often it was tried.
    pub attempts: u32,
    /// What went wrong last.
    pub error: Option<String>,
    /// The event that it made.
    pub event_id: Option<EventId>,
    /// Its trace.
    pub trace_id: String,
}

impl RunView {
    /// What came of it, as the JSON has it.
    #[must_use]
    pub fn outcome_name(&self) -> String {
        let name = serde_json::to_value(self.outcome).ok();
        name.and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default()
    }
}

/// A page of a tenant's jobs, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn list(jobs: &Jobs, call: &TenantCall, query: &str) -> Result<Page<JobView>, Problem> {
    let Filters { standing, page } = read_query(query).map_err(Problem::of_query)?;
    let request = ListJobs { before: page.after, limit: page.limit, standing };
    let found = jobs.list_jobs(call, request).await.map_err(refused)?;
    let items = found.items.into_iter().map(|job| view(call.scope.tenant, job));
    Ok(page.answer(items.collect(), found.next_before))
}

/// One job.
///
/// # Errors
/// What [`refused`] makes of the call.
pub(crate) async fn get(jobs: &Jobs, call: &TenantCall, job_id: JobId) -> Result<JobView, Problem> {
    let found = jobs.get_job(call, GetJob { job_id }).await.map_err(refused)?;
    Ok(view(call.scope.tenant, found))
}

/// A page of a job's runs, newest first.
///
/// # Errors
/// A bad query; what [`refused`] makes of the call.
pub(crate) async fn runs(
    jobs: &Jobs,
    call: &TenantCall,
    job_id: JobId,
    query: &str,
) -> Result<Page<RunView>, Problem> {
    let RunFilters { page } = read_query(query).map_err(Problem::of_query)?;
    let request = ListRuns { job_id, before: page.after, limit: page.limit, outcome: None };
    let found = jobs.list_runs(call, request).await.map_err(refused)?;
    Ok(page.answer(found.items.into_iter().map(run_view).collect(), found.next_before))
}

/// Has a job run, wait or go on.
///
/// # Errors
/// What [`refused`] makes of the call; or the act could not be written down.
pub(crate) async fn act(
    asker: &Asker<'_>,
    jobs: &Jobs,
    call: &TenantCall,
    job_id: JobId,
    act: JobAct,
) -> Result<Answer, Problem> {
    let tenant = call.scope.tenant;
    let recorded = asker.act(&format!("job.{}", act.as_str()), Some(tenant), job_id.to_string());
    let job = GetJob { job_id };
    match act {
        JobAct::Run => {
            let effect = async { jobs.run_job(call, job).await.map_err(refused) };
            let run = asker.carry_out(recorded, effect, |run| json!({ "run": run.run_id })).await?;
            Ok(Answer::json(&run_view(run)).with_status(202))
        }
        JobAct::Pause | JobAct::Resume => {
            let effect = async {
                let changed = match act {
                    JobAct::Pause => jobs.pause_job(call, job).await,
                    _ => jobs.resume_job(call, job).await,
                };
                changed.map_err(refused)
            };
            let changed =
                asker.carry_out(recorded, effect, |job| json!({ "status": status(job.status) })).await?;
            Ok(Answer::json(&view(tenant, changed)))
        }
    }
}

const fn status(status: JobStatus) -> &'static str {
    match status {
        JobStatus::Active => "active",
        JobStatus::Paused => "paused",
        JobStatus::Finished => "finished",
    }
}

fn view(tenant: TenantId, job: Job) -> JobView {
    JobView {
        id: job.job_id,
        tenant,
        name: job.name,
        version: job.version,
        status: status(job.status),
        next_run_at: job.next_run_at.map(time),
        preview: job.preview.into_iter().map(time).collect(),
        failing_since: job.failing_since.map(time),
        created_at: time(job.created_at),
    }
}

fn run_view(run: JobRun) -> RunView {
    let (scheduled_for, started_at) = (time(run.scheduled_for), run.started_at.map(time));
    RunView {
        id: run.run_id,
        scheduled_for,
        count: run.count,
        started_at,
        ended_at: run.ended_at.map(time),
        lateness_ms: lateness_ms(scheduled_for, started_at),
        outcome: run.outcome,
        attempts: run.attempts,
        error: run.error,
        event_id: run.event_id,
        trace_id: run.trace_id,
    }
}

fn time(time: Timestamp) -> http_api::Timestamp {
    http_api::Timestamp::from_unix_ms(time.unix_ms())
}

/// What a call that gave no reply means for the operator.
fn refused(error: CallError<JobError>) -> Problem {
    match error {
        CallError::Refused(JobError::NotFound) => Problem::no_job(),
        CallError::Refused(JobError::Invalid { detail, .. }) => Problem::new(Code::Invalid, detail),
        error => Problem::of_call(&error),
    }
}
