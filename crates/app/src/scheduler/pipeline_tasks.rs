//! Tasks carried out by the pipeline, over any transport.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::work::{CarryOut, CheckWork, WorkClient, WorkError, WorkKind};
use contracts::pipeline::workflows::Fault;
use contracts::pipeline::{EmitEvent, IngestEventError, TasksClient};
use contracts::scheduler::{JobError, Task};
use contracts::{Actor, TenantCall, TenantScope};
use mesh::{CallContext, CallError, Deadline, Transport};

use super::create_job::invalid;
use crate::ports::{Clock, Firing, TaskEffect, TaskError, TaskRunner};

/// How long the pipeline may take for one try, at most.
pub(super) const PATIENCE_MS: u64 = 30_000;

/// [`TaskRunner`] by RPC.
pub struct PipelineTasks<T> {
    tasks: TasksClient<T>,
    work: WorkClient<T>,
    clock: Rc<dyn Clock>,
}

impl<T: Transport> PipelineTasks<T> {
    /// Over transports to the pipeline's `Tasks` and `Work`.
    pub fn over(tasks: T, work: T, clock: Rc<dyn Clock>) -> Self {
        Self { tasks: TasksClient::over(tasks), work: WorkClient::over(work), clock }
    }
}

/// What the pipeline calls it; none of an event, which is sent another way.
fn work_of(task: &Task) -> Option<WorkKind> {
    Some(match task.clone() {
        Task::Event { .. } | Task::Heartbeat { .. } => return None,
        Task::Workflow { name, params } => WorkKind::Workflow { name, params },
        Task::Report { account, days } => WorkKind::Report { account, days },
        Task::Http(request) => WorkKind::Http(request),
        Task::Purge {} => WorkKind::Purge {},
        Task::Sync { endpoint_id, max_pages } => WorkKind::Sync { endpoint_id, max_pages },
    })
}

#[async_trait(?Send)]
impl<T: Transport> TaskRunner for PipelineTasks<T> {
    async fn check(&self, context: &TenantCall, task: &Task) -> Result<(), JobError> {
        let Some(work) = work_of(task) else { return Ok(()) };
        let checked = self.work.check_work(&context.forwarded_by("scheduler"), CheckWork { work }).await;
        checked.map_err(|error| match error {
            CallError::Refused(WorkError::Invalid { faults }) => {
                let fault = faults.into_iter().next();
                let (pointer, detail) = fault.map_or_else(
                    || (String::new(), "cannot be done".to_owned()),
                    |Fault { pointer, detail }| (pointer, detail),
                );
                invalid(&format!("/task{pointer}"), detail)
            }
            other => JobError::Unavailable { detail: other.to_string() },
        })
    }

    async fn run(&self, firing: &Firing) -> Result<TaskEffect, TaskError> {
        let scope = TenantScope { tenant: firing.tenant, actor: Actor::Job(firing.job_id) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), firing.patience_ms.min(PATIENCE_MS));
        let context = CallContext::new(scope, firing.trace, deadline, "scheduler")
            .with_idempotency_key(firing.idempotency_key.as_str());
        if let Task::Event { source, kind, payload } = firing.task.clone() {
            let sent = self.tasks.emit_event(&context, EmitEvent { source, kind, payload }).await;
            return sent.map(|receipt| TaskEffect::Event(receipt.event_id)).map_err(task_error);
        }
        let Some(work) = work_of(&firing.task) else {
            let reason = "the task is not known".to_owned();
            return Err(TaskError { detail: reason.clone(), reason, transient: false, retry_after_ms: None });
        };
        let request = CarryOut { work, scheduled_for: firing.scheduled_for };
        self.work.carry_out(&context, request).await.map(TaskEffect::Work).map_err(work_error)
    }
}

fn work_error(error: CallError<WorkError>) -> TaskError {
    let detail = error.to_string();
    let (reason, transient) = match &error {
        CallError::Refused(refusal @ (WorkError::Invalid { .. } | WorkError::KeyReused)) => {
            (format!("the task was refused: {refusal}"), false)
        }
        CallError::Refused(refusal @ WorkError::Unfinished) => (refusal.to_string(), true),
        CallError::Refused(WorkError::NotDone { detail, again, .. }) => (detail.clone(), *again),
        CallError::Refused(WorkError::Unavailable { .. })
        | CallError::Unreachable { .. }
        | CallError::Overloaded { .. }
        | CallError::ContractMismatch { .. } => {
            ("carrying the task out was temporarily unavailable".to_owned(), true)
        }
        CallError::TimedOut { .. } => ("the task was not confirmed in time".to_owned(), true),
        CallError::Disallowed { .. } | CallError::Panicked { .. } | CallError::Failed { .. } => {
            ("carrying the task out failed for an internal reason".to_owned(), true)
        }
    };
    let retry_after_ms = match error {
        CallError::Refused(WorkError::NotDone { retry_after_ms, .. }) => retry_after_ms,
        _ => None,
    };
    TaskError { reason, detail, transient, retry_after_ms }
}

fn task_error(error: CallError<IngestEventError>) -> TaskError {
    let detail = error.to_string();
    let (reason, transient) = match &error {
        CallError::Refused(refusal) => match refusal {
            IngestEventError::Unavailable { .. } => (UNAVAILABLE.to_owned(), true),
            IngestEventError::TooLarge { .. }
            | IngestEventError::NotJson { .. }
            | IngestEventError::KeyReused => (format!("the event was refused: {refusal}"), false),
        },
        // Two builds that do not understand each other: the rest of a deployment is on its way.
        CallError::Unreachable { .. } | CallError::Overloaded { .. } | CallError::ContractMismatch { .. } => {
            (UNAVAILABLE.to_owned(), true)
        }
        CallError::TimedOut { .. } => ("the event was not confirmed in time".to_owned(), true),
        CallError::Disallowed { .. } | CallError::Panicked { .. } | CallError::Failed { .. } => {
            ("accepting the event failed for an internal reason".to_owned(), true)
        }
    };
    TaskError { reason, detail, transient, retry_after_ms: None }
}

const UNAVAILABLE: &str = "accepting events was temporarily unavailable";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenant_is_told_nothing_of_the_inside_and_an_operator_everything() {
        let service = "Tasks";
        let message = String::from("weft-pipeline: D1_ERROR");
        let refused = CallError::Refused;
        for (error, reason, transient) in [
            (refused(IngestEventError::Unavailable { detail: message.clone() }), UNAVAILABLE, true),
            (
                refused(IngestEventError::TooLarge { limit: 9 }),
                "the event was refused: the body is over the limit of 9 bytes",
                false,
            ),
            (CallError::Unreachable { service, message: message.clone() }, UNAVAILABLE, true),
            (CallError::Overloaded { service, message: message.clone() }, UNAVAILABLE, true),
            (CallError::ContractMismatch { service, message: message.clone() }, UNAVAILABLE, true),
            (
                CallError::Disallowed { service, message: message.clone() },
                "accepting the event failed for an internal reason",
                true,
            ),
            (
                CallError::Panicked { service, message: message.clone() },
                "accepting the event failed for an internal reason",
                true,
            ),
            (CallError::TimedOut { service }, "the event was not confirmed in time", true),
            (
                CallError::Failed { service, message: message.clone() },
                "accepting the event failed for an internal reason",
                true,
            ),
        ] {
            let detail = error.to_string();
            let expect = TaskError { reason: reason.into(), detail, transient, retry_after_ms: None };
            assert_eq!(task_error(error), expect);
        }
    }
}
