//! The workflows that a tenant's rules may start.

use async_trait::async_trait;
use contracts::pipeline::workflows::{
    self, ProposeSpend, RequestReport, RequestSync, StartedRun, WorkflowError,
};
use contracts::{Actor, TenantCall, TenantScope};
use domain::Fault;
use evaluation_rules::{Member, Shape, WorkflowShape};
use ids::TenantId;
use mesh::{CallContext, Deadline, TraceContext};
use serde_json::Value;

use super::{WorkflowPorts, account_report, spend_approval, sync};
use crate::ports::{StoreError, WorkflowStarter};

/// How long a start may take, in milliseconds.
const PATIENCE_MS: u64 = 25_000;
/// Who starts them, in the records.
pub(super) const RULES: &str = "rules";

const fn member(name: &'static str, shape: Shape, required: bool) -> Member {
    Member { name, shape, required }
}

const LINE: Shape =
    Shape::Object(&[member("description", Shape::Text, true), member("amount", Shape::Text, true)]);
const ESCALATION: Shape = Shape::Object(&[
    member("after", Shape::Interval, true),
    member("approvers", Shape::List(&Shape::Text), true),
]);

/// Each with what it takes.
pub(crate) const STARTABLE: &[WorkflowShape] = &[ACCOUNT_REPORT, SPEND_APPROVAL];

/// A report on an account over the last 90 days.
const ACCOUNT_REPORT: WorkflowShape = WorkflowShape {
    name: "account_report",
    params: Shape::Object(&[member("account", Shape::Text, true)]),
    check: judge_report,
};

const SPEND_APPROVAL: WorkflowShape = WorkflowShape {
    name: "spend_approval",
    params: Shape::Object(&[
        member("title", Shape::Text, true),
        member("justification", Shape::Text, false),
        member("amount", Shape::Text, true),
        member("currency", Shape::Text, true),
        member("lines", Shape::List(&LINE), false),
        member("requester", Shape::Text, true),
        member("approvers", Shape::List(&Shape::Text), true),
        member("quorum", Shape::Integer, false),
        member("expires_in", Shape::Interval, true),
        member("escalations", Shape::List(&ESCALATION), false),
    ]),
    check: spend_approval::judge_params,
};

fn judge_report(params: &Value) -> Vec<Fault> {
    let named = params["account"].as_str().is_some_and(|account| !account.trim().is_empty());
    if named { Vec::new() } else { vec![Fault::new("/account", "must name an account")] }
}

/// [`WorkflowStarter`] over the use cases that a client's request goes through, too.
#[derive(Clone)]
pub struct RuleStarts(pub WorkflowPorts);

#[async_trait(?Send)]
impl WorkflowStarter for RuleStarts {
    async fn start(
        &self,
        tenant: TenantId,
        trace: TraceContext,
        key: &str,
        workflow: &str,
        params: &Value,
    ) -> Result<Result<String, String>, StoreError> {
        let scope = TenantScope { tenant, actor: Actor::Service(RULES.into()) };
        let deadline = Deadline::after(self.0.clock.now().unix_ms(), PATIENCE_MS);
        let context = CallContext::new(scope, trace, deadline, "pipeline").with_idempotency_key(key);
        let started = start_by_name(&self.0, &context, workflow, params).await;
        match started {
            Ok(started) => Ok(Ok(started.run_id)),
            Err(WorkflowError::Unavailable { detail }) => Err(StoreError::new("workflows", detail)),
            Err(WorkflowError::Invalid { faults }) => Ok(Err(words(
                faults.into_iter().map(|workflows::Fault { pointer, detail }| (pointer, detail)),
            ))),
            Err(WorkflowError::KeyReused) => {
                Ok(Err("it was started before, with other parameters, by the rule as it was then".into()))
            }
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

/// Starts one of [`STARTABLE`] as a client's request would.
///
/// # Errors
/// As starting it; [`WorkflowError::Invalid`] for a name that is not among them, too.
pub(crate) async fn start_by_name(
    ports: &WorkflowPorts,
    context: &TenantCall,
    workflow: &str,
    params: &Value,
) -> Result<StartedRun, WorkflowError> {
    match workflow {
        "account_report" => {
            refuse(judge_report(params))?;
            let account = params["account"].as_str().unwrap_or_default().to_owned();
            let request = RequestReport { account, from: None, until: None };
            account_report::request(ports, context, request).await
        }
        "spend_approval" => match spend_approval::read_params(params) {
            Ok(proposal) => spend_approval::propose(ports, context, ProposeSpend { proposal }).await,
            Err(faults) => refuse(faults).and(Err(WorkflowError::NotFound)),
        },
        other => {
            let fault = Fault::new("", format!("`{other}` is no workflow of this version"));
            refuse(vec![fault]).and(Err(WorkflowError::NotFound))
        }
    }
}

/// Asks for a report as a client's request would.
///
/// # Errors
/// As asking for it.
pub(crate) async fn request_report(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: RequestReport,
) -> Result<StartedRun, WorkflowError> {
    account_report::request(ports, context, request).await
}

/// Asks for a walk through a history as a client's request would.
///
/// # Errors
/// As asking for it.
pub(crate) async fn request_sync(
    ports: &WorkflowPorts,
    context: &TenantCall,
    request: RequestSync,
) -> Result<StartedRun, WorkflowError> {
    sync::request(ports, context, request).await
}

fn refuse(faults: Vec<Fault>) -> Result<(), WorkflowError> {
    let fault = |Fault { pointer, detail }| workflows::Fault { pointer, detail };
    match faults.is_empty() {
        true => Ok(()),
        false => Err(WorkflowError::Invalid { faults: faults.into_iter().map(fault).collect() }),
    }
}

fn words(faults: impl Iterator<Item = (String, String)>) -> String {
    faults.map(|(pointer, detail)| format!("`{pointer}` {detail}")).collect::<Vec<_>>().join("; ")
}
