//! The `WorkflowControl` service: operators look for instances of workflows, and steer them.

mod of_events;
mod of_runs;
mod read;

use std::rc::Rc;

use async_trait::async_trait;
use contracts::OperatorCall;
use contracts::pipeline::workflow_control::{
    ControlError, ControlInstance, ControlReceipt, FindInstances, GetInstance, InstanceDetail, InstanceOrder,
    InstancePage, WorkflowControl,
};
use domain::workflow::RunStatus;

use super::Notifiers;
use crate::ports::{
    BackfillStore, EngineOrder, EventQueue, EventStore, InstanceEngine, InstanceIndex, InstanceRecord,
    SteeredWorkflow, StoreError,
};
use crate::workflows::WorkflowPorts;
use read::message;

/// What looking for instances and steering them needs.
#[derive(Clone)]
pub struct ControlPorts {
    /// Which instances there are.
    pub index: Rc<dyn InstanceIndex>,
    /// The engine that has them.
    pub engine: Rc<dyn InstanceEngine>,
    /// Events and their steps.
    pub events: Rc<dyn EventStore>,
    /// Begins another run of an event.
    pub reruns: Rc<dyn BackfillStore>,
    /// The queue between acceptance and work.
    pub queue: Rc<dyn EventQueue>,
    /// Who hears of events that ended.
    pub notifiers: Notifiers,
    /// Runs that tenants started.
    pub workflows: WorkflowPorts,
}

/// [`WorkflowControl`] over ports.
#[derive(Clone)]
pub struct WorkflowControlService(pub ControlPorts);

#[async_trait(?Send)]
impl WorkflowControl for WorkflowControlService {
    async fn find_instances(
        &self,
        _: &OperatorCall,
        request: FindInstances,
    ) -> Result<InstancePage, ControlError> {
        read::find(&self.0, request).await
    }

    async fn get_instance(
        &self,
        _: &OperatorCall,
        request: GetInstance,
    ) -> Result<InstanceDetail, ControlError> {
        read::get(&self.0, &request.id).await
    }

    async fn control_instance(
        &self,
        context: &OperatorCall,
        request: ControlInstance,
    ) -> Result<ControlReceipt, ControlError> {
        let ControlInstance { id, order, from, version } = request;
        let before = read::record(&self.0, &id).await?;
        if version.is_some_and(|version| version != before.version) {
            return Err(ControlError::Stale { current: Box::new(message(before)) });
        }
        if from.is_some() && order != InstanceOrder::Restart {
            let detail = "only a restart begins from a step".to_owned();
            return Err(ControlError::Invalid { field: "from".into(), detail });
        }
        let begun = match (order, before.status.has_ended()) {
            (InstanceOrder::Restart, true) => {
                if from.is_some() {
                    let detail = "an instance that has ended begins again from its first step only: what was \
                                  recorded of its end is told already, so that another instance begins";
                    return Err(ControlError::NotPossible { detail: detail.into() });
                }
                Some(self.begin_another(context, &before).await?)
            }
            (order, true) => {
                if !matches!((order, before.status), (InstanceOrder::Terminate, RunStatus::Terminated)) {
                    let detail =
                        format!("it is `{}`: nothing is under way that could be steered", before.status);
                    return Err(ControlError::NotPossible { detail });
                }
                None
            }
            (order, false) => {
                self.steer(context, &before, order, from).await?;
                None
            }
        };
        let after = read::record(&self.0, &id).await?;
        let (tenant, workflow, by) = (before.tenant, before.workflow, &context.scope.operator);
        let trace_id = context.trace.trace_id();
        tracing::info!(event = "workflow.controlled", %tenant, %workflow, instance = id, ?order, by, trace_id);
        Ok(ControlReceipt { before: message(before), after: message(after), begun })
    }
}

impl WorkflowControlService {
    async fn steer(
        &self,
        context: &OperatorCall,
        record: &InstanceRecord,
        order: InstanceOrder,
        from: Option<String>,
    ) -> Result<(), ControlError> {
        if from.is_some()
            && let Some(why) = read::no_restart_from(record)
        {
            return Err(ControlError::NotPossible { detail: why.into() });
        }
        if let Some(step) = &from {
            let steps = read::steps(&self.0, record).await?;
            if !steps.iter().any(|known| known.name == *step) {
                let names: Vec<_> = steps.iter().map(|step| format!("`{}`", step.name)).collect();
                let detail = format!("it has begun no step `{step}`; it has begun {}", names.join(", "));
                return Err(ControlError::Invalid { field: "from".into(), detail });
            }
        }
        let engine_order = match order {
            InstanceOrder::Pause => EngineOrder::Pause,
            InstanceOrder::Resume => EngineOrder::Resume,
            InstanceOrder::Terminate => EngineOrder::Terminate,
            InstanceOrder::Restart => EngineOrder::Restart { from },
        };
        match record.workflow {
            SteeredWorkflow::Event(workflow) => {
                of_events::steer(&self.0, context, record, workflow, &engine_order).await
            }
            SteeredWorkflow::Run(workflow) => {
                of_runs::steer(&self.0, context, record, workflow, &engine_order).await
            }
        }
    }

    /// What has ended stays as it is on record: another instance begins in its place. Answers with its id.
    async fn begin_another(
        &self,
        context: &OperatorCall,
        record: &InstanceRecord,
    ) -> Result<String, ControlError> {
        match record.workflow {
            SteeredWorkflow::Event(_) => of_events::run_again(&self.0, record).await,
            SteeredWorkflow::Run(workflow) => {
                of_runs::begin_another(&self.0, context, record, workflow).await
            }
        }
    }
}

fn unavailable(error: StoreError) -> ControlError {
    ControlError::Unavailable { detail: error.to_string() }
}

/// The engine has no instance where the index has one: its own retention has passed, or its start was lost.
fn engine_forgot() -> ControlError {
    let detail = "the engine has no instance of this id: it was not started yet, or is forgotten by now";
    ControlError::NotPossible { detail: detail.into() }
}
