//! Stand-ins for the pipeline and the scheduler. They keep what they were asked and answer as they are told.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use contracts::health::{CheckHealth, Dependency, Health, HealthReport, NeverRefused};
use contracts::pipeline::subscriptions::RotatedSecret;
use contracts::pipeline::{
    EventDetail, EventPage, EventSummary, GetEvent, GetSignal, IngestEvent, IngestEventError, IngestReceipt,
    Intake, ListEvents, ListSignals, RawEvent, ReadEventError, ReadSignalError, Search, SearchError,
    SearchHits, Signal, SignalPage, SourceText,
};
use contracts::scheduler::{
    BackfillJob, BackfillStatus, ChangeJob, CreateJob, GetJob, GetJobBackfill, Heartbeats, Job, JobBackfill,
    JobBackfillPage, JobError, JobPage, JobRun, JobStatus, Jobs, ListJobBackfills, ListJobs, ListRuns, Ping,
    PingByAddress, PingJob, PingTaken, Pings, RotateJobSecret, RunOutcome, RunPage, RunTrigger,
};
use contracts::{ServiceCall, TenantCall, TenantScope, Timestamp};
use ids::{BackfillId, EventId, JobId, RunId};

/// What a stand-in for the pipeline was asked, and how it answers.
#[derive(Clone, Default)]
pub(crate) struct Pipeline(Rc<PipelineState>);

#[derive(Default)]
pub(crate) struct PipelineState {
    pub(crate) ingested: RefCell<Vec<(TenantScope, String, IngestEvent)>>,
    pub(crate) refusal: RefCell<Option<IngestEventError>>,
    pub(crate) listed: RefCell<Vec<ListEvents>>,
    pub(crate) raw: RefCell<Option<RawEvent>>,
}

impl std::ops::Deref for Pipeline {
    type Target = PipelineState;

    fn deref(&self) -> &PipelineState {
        &self.0
    }
}

pub(crate) fn event_id() -> EventId {
    EventId::from_parts(1_795_330_800_000, [5; 10])
}

fn event() -> EventSummary {
    let at = Timestamp::from_unix_ms(1_795_330_800_000);
    EventSummary {
        event_id: event_id(),
        source: "generic".into(),
        kind: "note.created".into(),
        subject: None,
        status: "processed".into(),
        reason: None,
        title: None,
        account: Some("northwind.example".into()),
        signals_count: 2,
        size_bytes: 7,
        trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
        occurred_at: None,
        received_at: at,
        updated_at: at,
    }
}

#[async_trait(?Send)]
impl Intake for Pipeline {
    async fn ingest_event(
        &self,
        context: &TenantCall,
        request: IngestEvent,
    ) -> Result<IngestReceipt, IngestEventError> {
        if let Some(refusal) = self.refusal.borrow().clone() {
            return Err(refusal);
        }
        let mut ingested = self.ingested.borrow_mut();
        let same = |(_, _, earlier): &&(_, _, IngestEvent)| earlier.delivery_id == request.delivery_id;
        let duplicate = request.delivery_id.is_some() && ingested.iter().find(same).is_some();
        ingested.push((context.scope.clone(), context.trace.trace_id(), request));
        Ok(IngestReceipt { event_id: event_id(), duplicate })
    }

    async fn get_event(&self, _: &TenantCall, request: GetEvent) -> Result<EventDetail, ReadEventError> {
        if request.event_id != event_id() {
            return Err(ReadEventError::NotFound);
        }
        Ok(EventDetail { event: event(), assessment: None, steps: Vec::new(), pending: vec!["load".into()] })
    }

    async fn list_events(&self, _: &TenantCall, request: ListEvents) -> Result<EventPage, ReadEventError> {
        self.listed.borrow_mut().push(request);
        Ok(EventPage { items: vec![event()], next_before: Some(event_id()) })
    }

    async fn read_raw(&self, _: &TenantCall, _: GetEvent) -> Result<RawEvent, ReadEventError> {
        self.raw.borrow().clone().ok_or(ReadEventError::NotFound)
    }

    async fn read_text(&self, _: &TenantCall, _: GetEvent) -> Result<SourceText, ReadEventError> {
        Err(ReadEventError::NoText { detail: "it holds no conversation".into() })
    }

    async fn get_signal(&self, _: &TenantCall, _: GetSignal) -> Result<Signal, ReadSignalError> {
        Err(ReadSignalError::NotFound)
    }

    async fn list_signals(&self, _: &TenantCall, _: ListSignals) -> Result<SignalPage, ReadSignalError> {
        Err(ReadSignalError::Unavailable { detail: "DATA_DB: D1_ERROR 7500".into() })
    }

    async fn search(&self, _: &TenantCall, _: Search) -> Result<SearchHits, SearchError> {
        Ok(SearchHits { hits: Vec::new() })
    }
}

/// A stand-in for the scheduler: it makes the job that it was asked for, and knows that one only.
#[derive(Clone, Default)]
pub(crate) struct Scheduler(Rc<RefCell<Vec<Made>>>);

/// A job that was made, and under which idempotency key.
pub(crate) type Made = (Job, Option<String>);

pub(crate) fn job_id() -> JobId {
    JobId::from_parts(1_795_330_800_000, [6; 10])
}

impl Scheduler {
    /// The job that is there.
    pub(crate) fn made(&self) -> Option<Made> {
        self.0.borrow().last().cloned()
    }

    fn known(&self, job_id: JobId) -> Result<Job, JobError> {
        self.made().map(|(job, _)| job).filter(|job| job.job_id == job_id).ok_or(JobError::NotFound)
    }
}

#[async_trait(?Send)]
impl Jobs for Scheduler {
    async fn create_job(&self, context: &TenantCall, request: CreateJob) -> Result<Job, JobError> {
        let at = Timestamp::from_unix_ms(1_795_330_800_000);
        let job = Job {
            job_id: job_id(),
            version: 1,
            name: request.name,
            schedule: request.schedule,
            calendar: request.calendar,
            task: request.task,
            retry: request.retry,
            policy: request.policy,
            status: JobStatus::Active,
            next_run_at: Some(at),
            preview: vec![at],
            created_at: at,
            failing_since: None,
            heartbeat: None,
        };
        self.0.borrow_mut().push((job.clone(), context.idempotency_key.clone()));
        Ok(job)
    }

    async fn get_job(&self, _: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        self.known(request.job_id)
    }

    async fn list_jobs(&self, _: &TenantCall, _: ListJobs) -> Result<JobPage, JobError> {
        Ok(JobPage { items: self.made().map(|(job, _)| job).into_iter().collect(), next_before: None })
    }

    async fn change_job(&self, _: &TenantCall, request: ChangeJob) -> Result<Job, JobError> {
        let job = self.known(request.job_id)?;
        Ok(Job { version: job.version + 1, name: request.name.unwrap_or(job.name), ..job })
    }

    async fn delete_job(&self, _: &TenantCall, request: GetJob) -> Result<(), JobError> {
        self.known(request.job_id).map(|_| self.0.borrow_mut().clear())
    }

    async fn pause_job(&self, _: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        Ok(Job { status: JobStatus::Paused, next_run_at: None, ..self.known(request.job_id)? })
    }

    async fn resume_job(&self, _: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        self.known(request.job_id)
    }

    async fn run_job(&self, context: &TenantCall, request: GetJob) -> Result<JobRun, JobError> {
        let job = self.known(request.job_id)?;
        Ok(JobRun {
            run_id: RunId::from_parts(1_795_330_800_000, [7; 10]),
            trigger: RunTrigger::Caller,
            scheduled_for: job.created_at,
            count: 1,
            first_scheduled_for: None,
            clock_change: None,
            started_at: Some(Timestamp::from_unix_ms(job.created_at.unix_ms() + 40)),
            ended_at: None,
            outcome: RunOutcome::Running,
            attempts: 1,
            error: None,
            tries: Vec::new(),
            event_id: None,
            done: None,
            ping: None,
            trace_id: context.trace.trace_id(),
        })
    }

    async fn backfill_job(&self, _: &TenantCall, request: BackfillJob) -> Result<JobBackfill, JobError> {
        let job = self.known(request.job_id)?;
        Ok(JobBackfill {
            backfill_id: BackfillId::from_parts(1_795_330_800_000, [8; 10]),
            job_id: job.job_id,
            from: request.from,
            until: request.until,
            status: BackfillStatus::Running,
            times: 7,
            begun: 0,
            kept: 0,
            created_at: job.created_at,
            ended_at: None,
        })
    }

    async fn get_backfill(&self, _: &TenantCall, request: GetJobBackfill) -> Result<JobBackfill, JobError> {
        self.known(request.job_id).and(Err(JobError::BackfillNotFound))
    }

    async fn list_backfills(
        &self,
        _: &TenantCall,
        request: ListJobBackfills,
    ) -> Result<JobBackfillPage, JobError> {
        self.known(request.job_id).map(|_| JobBackfillPage { items: Vec::new(), next_before: None })
    }

    async fn cancel_backfill(
        &self,
        _: &TenantCall,
        request: GetJobBackfill,
    ) -> Result<JobBackfill, JobError> {
        self.known(request.job_id).and(Err(JobError::BackfillNotFound))
    }

    async fn rotate_job_secret(
        &self,
        _: &TenantCall,
        request: RotateJobSecret,
    ) -> Result<RotatedSecret, JobError> {
        self.known(request.job_id).and(Err(JobError::NoRequest))
    }

    async fn list_runs(&self, _: &TenantCall, request: ListRuns) -> Result<RunPage, JobError> {
        self.known(request.job_id).map(|_| RunPage { items: Vec::new(), next_before: None })
    }
}

/// Knows no heartbeat but the job that was made.
#[async_trait(?Send)]
impl Heartbeats for Scheduler {
    async fn ping_job(&self, _: &TenantCall, request: PingJob) -> Result<PingTaken, JobError> {
        let job = self.known(request.job_id)?;
        let ping =
            Ping { at: job.created_at, status: request.status, message: request.message, began_at: None };
        Ok(PingTaken { ping, settled: vec![job.created_at] })
    }

    async fn ping_by_address(&self, _: &TenantCall, _: PingByAddress) -> Result<PingTaken, JobError> {
        Err(JobError::NotFound)
    }

    async fn rotate_ping(&self, _: &TenantCall, request: GetJob) -> Result<Job, JobError> {
        self.known(request.job_id)
    }

    async fn list_pings(&self, _: &TenantCall, request: GetJob) -> Result<Pings, JobError> {
        self.known(request.job_id).map(|_| Pings { items: Vec::new() })
    }
}

/// A stand-in for a Worker's account of itself.
#[derive(Clone, Default)]
pub(crate) struct Wellness(Rc<Cell<bool>>);

impl Wellness {
    /// From now on one of its stores does not answer.
    pub(crate) fn fall_ill(&self) {
        self.0.set(true);
    }
}

#[async_trait(?Send)]
impl Health for Wellness {
    async fn check_health(&self, _: &ServiceCall, _: CheckHealth) -> Result<HealthReport, NeverRefused> {
        let error = self.0.get().then(|| "D1_ERROR 7500".to_owned());
        Ok(HealthReport {
            service: "pipeline".into(),
            version: "9.9.9".into(),
            deployment: None,
            contracts: Vec::new(),
            dependencies: vec![Dependency { name: "DATA_DB".into(), error }],
            gauges: Vec::new(),
        })
    }
}
