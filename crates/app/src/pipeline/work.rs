//! The `Work` service: what a job can have done besides sending an event.

use async_trait::async_trait;
use contracts::pipeline::work::{CarryOut, CheckWork, Work, WorkDone, WorkError, WorkKind};
use contracts::pipeline::workflows::{self, RequestReport, RequestSync, WorkflowError};
use contracts::scheduler::HttpTask;
use contracts::{Actor, TenantCall, Timestamp};
use domain::Fault;
use serde_json::Value;

use super::archive::Budget;
use super::retention::{PurgePorts, PurgeReport, purge_tenant};
use crate::outbound::{self, RequestPorts, check_url};
use crate::ports::StoreError;
use crate::workflows::sync::{NO_HISTORY, judge_params};
use crate::workflows::{STARTABLE, WorkflowPorts, request_report, request_sync, start_by_name};

/// How long one purge may take; what is left goes in the next try.
const PURGE_MS: u64 = 15_000;
const DAY_MS: u64 = 24 * 60 * 60 * 1_000;
/// The most days that a report looks back.
const MAX_DAYS: u32 = 732;

/// [`Work`] over ports.
#[derive(Clone)]
pub struct WorkService {
    /// For workflows and reports.
    pub workflows: WorkflowPorts,
    /// For purges.
    pub purge: PurgePorts,
    /// For HTTP requests.
    pub requests: RequestPorts,
}

#[async_trait(?Send)]
impl Work for WorkService {
    async fn check_work(&self, context: &TenantCall, request: CheckWork) -> Result<(), WorkError> {
        if let WorkKind::Http(HttpTask { url, .. }) = &request.work {
            return check_url(&self.requests, url).await;
        }
        if let WorkKind::Sync { endpoint_id, .. } = &request.work {
            let store = &self.workflows.histories.store;
            let found = store.get(context.scope.tenant, *endpoint_id).await.map_err(unavailable)?;
            if found.is_none() {
                return Err(invalid("", vec![Fault::new("/endpoint_id", NO_HISTORY)]));
            }
        }
        check(&request.work).map(drop)
    }

    async fn carry_out(&self, context: &TenantCall, request: CarryOut) -> Result<WorkDone, WorkError> {
        let params = check(&request.work)?;
        let asked_by = context;
        let context = keyed(context);
        match request.work {
            WorkKind::Workflow { name, .. } => {
                let started = start_by_name(&self.workflows, &context, &name, &params).await;
                started
                    .map(|run| WorkDone::Started { workflow: name, run_id: run.run_id })
                    .map_err(refused("/params"))
            }
            WorkKind::Report { account, days } => {
                let until = request.scheduled_for;
                let from = until.unix_ms().saturating_sub(u64::from(days) * DAY_MS);
                let asked =
                    RequestReport { account, from: Some(Timestamp::from_unix_ms(from)), until: Some(until) };
                let started = request_report(&self.workflows, &context, asked).await;
                let workflow = "account_report".to_owned();
                started.map(|run| WorkDone::Started { workflow, run_id: run.run_id }).map_err(refused(""))
            }
            WorkKind::Sync { endpoint_id, max_pages } => {
                let asked = RequestSync { endpoint_id, max_pages };
                let started = request_sync(&self.workflows, &context, asked).await;
                let workflow = "sync".to_owned();
                started.map(|run| WorkDone::Started { workflow, run_id: run.run_id }).map_err(refused(""))
            }
            WorkKind::Http(asked) => {
                outbound::request(&self.requests, asked_by, &asked, request.scheduled_for).await
            }
            WorkKind::Purge {} => {
                let budget = Budget::of(&*self.purge.archive.clock, PURGE_MS);
                let mut report = PurgeReport::default();
                let purged = purge_tenant(&self.purge, context.scope.tenant, budget, &mut report).await;
                purged.map_err(unavailable)?;
                match budget.is_spent(&*self.purge.archive.clock) {
                    true => Err(WorkError::Unfinished),
                    false => Ok(WorkDone::Purged { events: report.events.into() }),
                }
            }
        }
    }
}

/// The call with a key of its job alone: another job's nominal time, and a client's own key, are other ones.
fn keyed(context: &TenantCall) -> TenantCall {
    let key = context.idempotency_key.as_deref().unwrap_or_default();
    match &context.scope.actor {
        Actor::Job(job_id) => context.clone().with_idempotency_key(format!("{job_id}:{key}")),
        _ => context.clone(),
    }
}

/// What a workflow is started with, if all of it is right.
fn check(work: &WorkKind) -> Result<Value, WorkError> {
    match work {
        WorkKind::Workflow { name, params } => {
            let Some(workflow) = STARTABLE.iter().find(|workflow| workflow.name == name) else {
                let names: Vec<_> = STARTABLE.iter().map(|workflow| workflow.name).collect();
                let detail = format!("is `{name}`; a job starts `{}`", names.join("` or `"));
                return Err(invalid("", vec![Fault::new("/name", detail)]));
            };
            let params: Value = serde_json::from_str(params).map_err(|error| {
                invalid("", vec![Fault::new("/params", format!("must be JSON: {error}"))])
            })?;
            match (workflow.check)(&params) {
                faults if faults.is_empty() => Ok(params),
                faults => Err(invalid("/params", faults)),
            }
        }
        WorkKind::Report { account, days } => {
            let mut faults = Vec::new();
            if account.trim().is_empty() {
                faults.push(Fault::new("/account", "must name an account"));
            }
            if !(1..=MAX_DAYS).contains(days) {
                faults.push(Fault::new("/days", format!("must be 1 to {MAX_DAYS}")));
            }
            if faults.is_empty() { Ok(Value::Null) } else { Err(invalid("", faults)) }
        }
        WorkKind::Sync { max_pages, .. } => match judge_params(*max_pages) {
            Some(workflows::Fault { pointer, detail }) => Err(invalid("", vec![Fault::new(pointer, detail)])),
            None => Ok(Value::Null),
        },
        WorkKind::Http(_) | WorkKind::Purge {} => Ok(Value::Null),
    }
}

fn invalid(within: &str, faults: Vec<Fault>) -> WorkError {
    let fault = |fault: Fault| workflows::Fault {
        pointer: format!("{within}{}", fault.pointer),
        detail: fault.detail,
    };
    WorkError::Invalid { faults: faults.into_iter().map(fault).collect() }
}

fn refused(within: &'static str) -> impl Fn(WorkflowError) -> WorkError {
    move |error| match error {
        WorkflowError::Invalid { faults } => {
            let faults =
                faults.into_iter().map(|workflows::Fault { pointer, detail }| Fault::new(pointer, detail));
            invalid(within, faults.collect())
        }
        WorkflowError::KeyReused => WorkError::KeyReused,
        error @ (WorkflowError::NotFound
        | WorkflowError::Ended { .. }
        | WorkflowError::Unavailable { .. }) => WorkError::Unavailable { detail: error.to_string() },
    }
}

fn unavailable(error: StoreError) -> WorkError {
    WorkError::Unavailable { detail: error.to_string() }
}
