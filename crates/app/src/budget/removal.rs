//! Removing a tenant's budget for good.

use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::budget::{BUDGET, EraseBudget, TenantBudgetClient};
use contracts::{Actor, TenantScope};
use ids::TenantId;
use mesh::durable::{Address, Namespace};
use mesh::{CallContext, Deadline, TraceContext};

use crate::ports::{BudgetRemoval, Clock, StoreError};

/// How long a budget has, in milliseconds.
const PATIENCE_MS: u64 = 25_000;

/// [`BudgetRemoval`] over the tenants' objects.
#[derive(Clone)]
pub struct BudgetEraser {
    /// The objects.
    pub budgets: Rc<dyn Namespace>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
}

#[async_trait(?Send)]
impl BudgetRemoval for BudgetEraser {
    async fn erase(&self, tenant: TenantId, trace: TraceContext) -> Result<u32, StoreError> {
        self.ask(tenant, trace, false).await
    }

    async fn left(&self, tenant: TenantId, trace: TraceContext) -> Result<u32, StoreError> {
        self.ask(tenant, trace, true).await
    }
}

impl BudgetEraser {
    async fn ask(&self, tenant: TenantId, trace: TraceContext, count_only: bool) -> Result<u32, StoreError> {
        let deadline = Deadline::after(self.clock.now().unix_ms(), PATIENCE_MS);
        let scope = TenantScope { tenant, actor: Actor::Service("pipeline".into()) };
        let context = CallContext::new(scope, trace, deadline, "pipeline");
        let object = TenantBudgetClient::over(self.budgets.object(&Address::of(&context, BUDGET)));
        let erased = object.erase(&context, EraseBudget { count_only }).await;
        erased.map(|erased| erased.rows).map_err(|error| StoreError::new("TENANT_BUDGET", error))
    }
}
