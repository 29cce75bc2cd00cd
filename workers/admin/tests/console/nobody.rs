//! Workers that do not answer, for tests that ask nothing of them.

use std::rc::Rc;

use admin::analytics::Analytics;
use admin::jobs::Jobs;
use admin::operations::Operations;
use admin::pipeline::Pipeline;
use admin::redrives::Redrives;
use admin::traces::Traces;
use contracts::pipeline::IntakeClient;
use contracts::pipeline::subscriptions::SubscriptionsClient;
use contracts::pipeline::workflow_control::WorkflowControlClient;
use contracts::pipeline::workflows::WorkflowsClient;
use mesh::Transport;
use mesh::loopback::Severed;

fn away() -> Rc<dyn Transport> {
    Rc::new(Severed::saying("nobody is there"))
}

pub(crate) fn analytics() -> Analytics {
    Analytics::over(away())
}

pub(crate) fn redrives() -> Redrives {
    Redrives::over(away())
}

pub(crate) fn traces() -> Traces {
    Traces::over(away())
}

pub(crate) fn operations() -> Operations {
    Operations::over(away())
}

pub(crate) fn jobs() -> Jobs {
    Jobs::over(away())
}

pub(crate) fn pipeline() -> Pipeline {
    Pipeline {
        control: WorkflowControlClient::over(away()),
        workflows: WorkflowsClient::over(away()),
        subscriptions: SubscriptionsClient::over(away()),
        intake: IntakeClient::over(away()),
    }
}
