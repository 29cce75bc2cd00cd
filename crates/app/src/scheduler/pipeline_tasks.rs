//! Tasks carried out by the pipeline, over any transport.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::{EmitEvent, IngestEventError, TasksClient};
use contracts::scheduler::Task;
use contracts::{Actor, TenantScope};
use ids::EventId;
use mesh::{CallContext, CallError, Deadline, Transport};

use crate::ports::{Clock, Firing, TaskError, TaskRunner};

/// How long the pipeline may take for one try.
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
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
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
    let message = error.to_string();
    match error {
        CallError::Refused(refusal) => match refusal {
            IngestEventError::Unavailable { .. } => TaskError::Transient(message),
            IngestEventError::TooLarge { .. }
            | IngestEventError::NotJson { .. }
            | IngestEventError::KeyReused => TaskError::Refused(message),
        },
        // Two builds that do not understand each other: the rest of the deployment is on its way.
        CallError::ContractMismatch { .. }
        | CallError::Unreachable { .. }
        | CallError::TimedOut { .. }
        | CallError::Failed { .. } => TaskError::Transient(message),
    }
}
