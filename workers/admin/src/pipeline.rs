//! What the console asks of the pipeline about instances, approvals, deliveries, and what tenants sent.

use std::rc::Rc;

use contracts::pipeline::IntakeClient;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::workflow_control::WorkflowControlClient;
use contracts::pipeline::workflows::WorkflowsClient;
use mesh::Transport;

/// The pipeline's services.
pub struct Pipeline {
    /// Instances of workflows, of all tenants.
    pub control: WorkflowControlClient<Rc<dyn Transport>>,
    /// A tenant's approvals.
    pub workflows: WorkflowsClient<Rc<dyn Transport>>,
    /// A tenant's subscriptions and deliveries.
    pub subscriptions: SubscriptionsClient<Rc<dyn Transport>>,
    /// What a tenant sent, and what was found in it.
    pub intake: IntakeClient<Rc<dyn Transport>>,
}
