//! Ending a tenant's runs, for its erasure.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::workflows::RunOrder;
use domain::workflow::RunStatus;
use ids::TenantId;

use crate::ports::{Clock, RunChange, RunRemoval, RunStore, StoreError, WorkflowInstances};

/// [`RunRemoval`] over the records and the engine's instances.
#[derive(Clone)]
pub struct RunEnding {
    /// Runs on record.
    pub runs: Rc<dyn RunStore>,
    /// The engine's instances.
    pub instances: Rc<dyn WorkflowInstances>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl RunRemoval for RunEnding {
    async fn end_some(&self, tenant: TenantId, limit: u32) -> Result<u32, StoreError> {
        let open = self.runs.open(tenant, limit).await?;
        for record in &open {
            let run_id = &record.run.run_id;
            self.instances.steer(record.run.workflow, run_id, RunOrder::Terminate).await?;
            // Last: a run that is on record as open is looked at again.
            let change = RunChange::to(RunStatus::Terminated);
            self.runs.change(tenant, run_id, &change, self.clock.now()).await?;
        }
        Ok(open.len() as u32)
    }
}
