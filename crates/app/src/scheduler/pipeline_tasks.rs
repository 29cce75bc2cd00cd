//! Tasks carried out by the pipeline, over any transport.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::{EmitEvent, IngestEventError, TasksClient};
use contracts::scheduler::Task;
use contracts::{Actor, TenantScope};
use ids::EventId;
use mesh::{CallContext, CallError, Deadline, Transport};

use crate::ports::{Clock, Firing, TaskError, TaskRunner};

/// How long the pipeline may take for one try, at most.
pub(super) const PATIENCE_MS: u64 = 30_000;

/// [`TaskRunner`] by RPC.
pub struct PipelineTasks<T> {
    client: TasksClient<T>,
    clock: Rc<dyn Clock>,
}

impl<T: Transport> PipelineTasks<T> {
    /// Over a transport to the pipeline's `Tasks`.
    pub fn over(transport: T, clock: Rc<dyn Clock>) -> Self {
        Self { client: TasksClient::over(transport), clock }
    }
}

#[async_trait(?Send)]
impl<T: Transport> TaskRunner for PipelineTasks<T> {
    async fn run(&self, firing: &Firing) -> Result<EventId, TaskError> {
        let scope = TenantScope { tenant: firing.tenant, actor: Actor::Job(firing.job_id) };
        let deadline = Deadline::after(self.clock.now().unix_ms(), firing.patience_ms.min(PATIENCE_MS));
        let context = CallContext::new(scope, firing.trace, deadline, "scheduler")
            .with_idempotency_key(firing.idempotency_key.as_str());
        let Task::Event { source, kind, payload } = firing.task.clone();
        match self.client.emit_event(&context, EmitEvent { source, kind, payload }).await {
            Ok(receipt) => Ok(receipt.event_id),
            Err(error) => Err(task_error(error)),
        }
    }
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
    TaskError { reason, detail, transient }
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
            let expect = TaskError { reason: reason.into(), detail, transient };
            assert_eq!(task_error(error), expect);
        }
    }
}
