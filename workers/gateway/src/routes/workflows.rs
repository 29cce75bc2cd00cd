//! `/v1/workflows`.

use contracts::TenantCall;
use contracts::pipeline::workflows::{
    self, GetRun, ProposeSpend, RequestBackfill, RequestSync, ReviseApproval, RunOrder, RunReport, SteerRun,
    WithdrawApproval,
};
use http_api::reports::CreateReport;
use http_api::request::read_body;
use http_api::workflows::{
    Backfill, RunStatus, SignalWorkflow, SpendEscalation, SpendLine, SpendProposal, StartedWorkflow, Sync,
    WithParams, WithPayload, Withdrawal, WorkflowRun,
};
use http_api::{Code, Payload};

use super::events::step;
use super::time;
use crate::exchange::Exchange;
use crate::failure::{Failure, failed, invalid, not_found};
use crate::middleware::auth::authorize;
use crate::respond::{Answer, Outcome};

/// Proposals to spend money.
const SPEND_APPROVAL: &str = "spend_approval";
/// Reports on accounts.
const ACCOUNT_REPORT: &str = "account_report";
/// Events that run again.
const BACKFILL: &str = "backfill";
/// Walks through providers' histories.
const SYNC: &str = "sync";

/// Starts a workflow.
///
/// # Errors
/// As [`authorize`]; a bad header or body; [`Code::WorkflowNotFound`]; what [`failed`] makes of the call.
pub async fn start(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let call = match exchange.idempotency_key()? {
        Some(key) => call.with_idempotency_key(key.as_str()),
        None => call,
    };
    let name = exchange.part(0);
    let started = match name {
        SPEND_APPROVAL => {
            let WithParams(params) = exchange.json::<WithParams<SpendProposal>>().await?;
            let request = ProposeSpend { proposal: proposal(params) };
            exchange
                .ports
                .workflows
                .propose_spend(&call, request)
                .await
                .map_err(|error| failed_in(error, "/params"))?
        }
        ACCOUNT_REPORT => {
            let WithParams(params) = exchange.json::<WithParams<CreateReport>>().await?;
            let asked = exchange.ports.workflows.request_report(&call, super::reports::request(params)).await;
            asked.map_err(|error| failed_in(error, "/params"))?
        }
        BACKFILL => {
            let WithParams(Backfill { from, to, source, kind, per_minute }) = exchange.json().await?;
            let until = to.map(time::inner);
            let request = RequestBackfill { from: time::inner(from), until, source, kind, per_minute };
            let asked = exchange.ports.workflows.request_backfill(&call, request).await;
            asked.map_err(|error| failed_in(error, "/params"))?
        }
        SYNC => {
            let WithParams(Sync { endpoint_id, max_pages }) = exchange.json().await?;
            let asked =
                exchange.ports.workflows.request_sync(&call, RequestSync { endpoint_id, max_pages }).await;
            asked.map_err(|error| failed_in(error, "/params"))?
        }
        _ => return Err(not_found(Code::WorkflowNotFound)),
    };
    let location = format!("/v1/workflows/{name}/{}", started.run_id);
    let answer = StartedWorkflow { id: started.run_id, name: name.to_owned(), duplicate: started.duplicate };
    Ok(Answer::json(202, &answer)?.with("location", location))
}

/// One run.
///
/// # Errors
/// As [`authorize`]; [`Code::WorkflowNotFound`]; what [`failed`] makes of the call.
pub async fn get(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    show(exchange, &call, 200).await
}

/// Sends a run an event.
///
/// # Errors
/// As [`get`]; a bad body; [`Code::WorkflowUnsupportedEvent`]; what the event itself is refused with.
pub async fn signal(exchange: &Exchange<'_>) -> Outcome {
    let call = authorize(exchange).await?;
    let bytes = exchange.bytes_of_json().await?;
    let SignalWorkflow { kind, payload } = read_body(&bytes)?;
    match exchange.part(0) {
        SPEND_APPROVAL => {}
        workflow @ (ACCOUNT_REPORT | BACKFILL | SYNC) => {
            let detail = format!("is `{kind}`, and `{workflow}` takes no events");
            return Err(invalid(Code::WorkflowUnsupportedEvent, "/type", detail).into());
        }
        _ => return Err(not_found(Code::WorkflowNotFound)),
    }
    let approval_id = exchange.id(Code::WorkflowNotFound)?;
    let ports = &exchange.ports.workflows;
    match kind.as_str() {
        "revise" => {
            let WithPayload(params) = read_body::<WithPayload<SpendProposal>>(&bytes)?;
            let request = ReviseApproval { approval_id, proposal: proposal(params) };
            ports.revise_approval(&call, request).await.map_err(|error| failed_in(error, "/payload"))?;
        }
        "withdraw" => {
            let reason = match payload {
                Some(payload) if payload.as_json() != "null" => {
                    read_body::<WithPayload<Withdrawal>>(&bytes)?.0.reason
                }
                _ => None,
            };
            let request = WithdrawApproval { approval_id, reason };
            ports.withdraw_approval(&call, request).await.map_err(failed)?;
        }
        other => {
            let detail = format!("is `{other}`, and `{SPEND_APPROVAL}` takes `revise` and `withdraw`");
            return Err(invalid(Code::WorkflowUnsupportedEvent, "/type", detail).into());
        }
    }
    show(exchange, &call, 202).await
}

/// Stops a run after the step under way.
///
/// # Errors
/// As [`get`], and [`Code::WorkflowEnded`].
pub async fn pause(exchange: &Exchange<'_>) -> Outcome {
    steer(exchange, RunOrder::Pause).await
}

/// Lets a run go on.
///
/// # Errors
/// As [`pause`].
pub async fn resume(exchange: &Exchange<'_>) -> Outcome {
    steer(exchange, RunOrder::Resume).await
}

/// Ends a run.
///
/// # Errors
/// As [`pause`].
pub async fn terminate(exchange: &Exchange<'_>) -> Outcome {
    steer(exchange, RunOrder::Terminate).await
}

async fn steer(exchange: &Exchange<'_>, order: RunOrder) -> Outcome {
    let call = authorize(exchange).await?;
    let GetRun { workflow, run_id } = named(exchange);
    let request = SteerRun { workflow, run_id, order };
    let steered = exchange.ports.workflows.steer_run(&call, request).await.map_err(failed)?;
    Answer::json(200, &run(steered)?)
}

async fn show(exchange: &Exchange<'_>, call: &TenantCall, status: u16) -> Outcome {
    let found = exchange.ports.workflows.get_run(call, named(exchange)).await.map_err(failed)?;
    Answer::json(status, &run(found)?)
}

fn named(exchange: &Exchange<'_>) -> GetRun {
    GetRun { workflow: exchange.part(0).to_owned(), run_id: exchange.part(1).to_owned() }
}

/// A refusal whose pointers lead into a part of the body.
pub(super) fn failed_in<E: crate::failure::Refusal + std::fmt::Display>(
    error: mesh::CallError<E>,
    part: &str,
) -> Failure {
    let failure = failed(error);
    let faults = failure.problem.errors();
    if failure.problem.code() != Code::RequestInvalid || faults.is_empty() {
        return failure;
    }
    let faults = faults.iter().map(|fault| http_api::problem::FieldError {
        pointer: format!("{part}{}", fault.pointer),
        detail: fault.detail.clone(),
    });
    crate::failure::invalid_fields(faults.collect()).into()
}

fn proposal(params: SpendProposal) -> workflows::SpendProposal {
    let line = |SpendLine { description, amount }| workflows::SpendLine { description, amount };
    let escalation = |SpendEscalation { after, approvers }| workflows::SpendEscalation {
        after_s: after.seconds(),
        approvers,
    };
    workflows::SpendProposal {
        title: params.title,
        justification: params.justification,
        amount: params.amount,
        currency: params.currency,
        lines: params.lines.into_iter().map(line).collect(),
        requester: params.requester,
        approvers: params.approvers,
        quorum: params.quorum,
        expires_after_s: params.expires_in.seconds(),
        escalations: params.escalations.into_iter().map(escalation).collect(),
    }
}

fn run(report: RunReport) -> Result<WorkflowRun, Failure> {
    let odd = |what: String| Failure::internal(format!("the pipeline's run `{}` has {what}", report.run_id));
    let json = |text: &Option<String>| -> Result<Option<Payload>, Failure> {
        let read = text.clone().map(Payload::from_json).transpose();
        read.map_err(|error| odd(format!("no JSON where there must be: {error}")))
    };
    Ok(WorkflowRun {
        status: RunStatus::named(&report.status)
            .ok_or_else(|| odd(format!("the status `{}`", report.status)))?,
        params: Payload::from_json(report.params.clone())
            .map_err(|error| odd(format!("parameters that are not JSON: {error}")))?,
        progress: json(&report.progress)?,
        output: json(&report.output)?,
        id: report.run_id,
        name: report.workflow,
        error: report.error,
        steps: report.steps.into_iter().map(step).collect(),
        trace_id: report.trace_id,
        created_at: time::public(report.created_at),
        updated_at: time::public(report.updated_at),
    })
}
