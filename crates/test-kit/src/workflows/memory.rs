//! Runs and approvals in memory, as the ports.

use std::cell::RefCell;
use std::rc::Rc;

use app::ports::{
    ApprovalChange, ApprovalRow, ApprovalStore, AskedContent, AuditRow, DecisionRow, NewRun, RunChange,
    RunStore, StepRecord, StoreError, WorkflowRun,
};
use async_trait::async_trait;
use contracts::Timestamp;
use contracts::pipeline::workflows::ListApprovals;
use ids::{ApprovalId, TenantId};

use super::WorkflowState;
use crate::Faults;

const STORE: &str = "MEMORY_WORKFLOWS";

/// Runs and approvals in memory. Operations for [`Faults`]: `runs.` or `approvals.` and the method's name.
#[derive(Debug, Clone, Default)]
pub struct MemoryWorkflows {
    faults: Faults,
    state: Rc<RefCell<WorkflowState>>,
}

impl MemoryWorkflows {
    /// Fails as planned there.
    #[must_use]
    pub fn with_faults(faults: &Faults) -> Self {
        Self { faults: faults.clone(), ..Self::default() }
    }

    async fn around<T>(
        &self,
        operation: &'static str,
        act: impl FnOnce(&mut WorkflowState) -> T,
    ) -> Result<T, StoreError> {
        self.faults.around(STORE, operation, || Ok(act(&mut self.state.borrow_mut()))).await
    }
}

fn no_such_run(run_id: impl std::fmt::Display) -> StoreError {
    StoreError::new(STORE, format!("the tenant has no run `{run_id}`"))
}

#[async_trait(?Send)]
impl RunStore for MemoryWorkflows {
    async fn insert(
        &self,
        tenant: TenantId,
        run: &NewRun,
        check_at: Timestamp,
    ) -> Result<WorkflowRun, StoreError> {
        let inserted = self.around("runs.insert", |state| state.insert(tenant, run, check_at)).await?;
        inserted.ok_or_else(|| StoreError::new(STORE, format!("the run id `{}` is taken", run.run_id)))
    }

    async fn get(&self, tenant: TenantId, run_id: &str) -> Result<Option<WorkflowRun>, StoreError> {
        self.around("runs.get", |state| state.run(tenant, run_id)).await
    }

    async fn change(
        &self,
        tenant: TenantId,
        run_id: &str,
        change: &RunChange,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        self.around("runs.change", |state| state.change_run(tenant, run_id, change, now)).await
    }

    async fn record_step(&self, tenant: TenantId, run_id: &str, step: &StepRecord) -> Result<(), StoreError> {
        let there = self.around("runs.record_step", |state| state.record_step(tenant, run_id, step)).await?;
        there.then_some(()).ok_or_else(|| no_such_run(run_id))
    }

    async fn steps(&self, tenant: TenantId, run_id: &str) -> Result<Vec<StepRecord>, StoreError> {
        self.around("runs.steps", |state| state.steps(tenant, run_id)).await
    }

    async fn due(&self, now: Timestamp, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        self.around("runs.due", |state| state.due(now, limit)).await
    }

    async fn open(&self, tenant: TenantId, limit: u32) -> Result<Vec<WorkflowRun>, StoreError> {
        self.around("runs.open", |state| state.open(tenant, limit)).await
    }

    async fn defer(&self, tenant: TenantId, run_id: &str, check_at: Timestamp) -> Result<(), StoreError> {
        self.around("runs.defer", |state| state.defer(tenant, run_id, check_at)).await
    }
}

#[async_trait(?Send)]
impl ApprovalStore for MemoryWorkflows {
    async fn create(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        content: &AskedContent,
        audit: &AuditRow,
    ) -> Result<(), StoreError> {
        let create = |state: &mut WorkflowState| state.create(tenant, approval_id, content, audit);
        let there = self.around("approvals.create", create).await?;
        there.then_some(()).ok_or_else(|| no_such_run(approval_id))
    }

    async fn get(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
    ) -> Result<Option<ApprovalRow>, StoreError> {
        self.around("approvals.get", |state| state.approval(tenant, approval_id)).await
    }

    async fn list(&self, tenant: TenantId, query: &ListApprovals) -> Result<Vec<ApprovalRow>, StoreError> {
        self.around("approvals.list", |state| state.approvals(tenant, query)).await
    }

    async fn decisions(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
    ) -> Result<Vec<DecisionRow>, StoreError> {
        self.around("approvals.decisions", |state| state.decisions(tenant, approval_id)).await
    }

    async fn history(&self, tenant: TenantId, approval_id: ApprovalId) -> Result<Vec<AuditRow>, StoreError> {
        self.around("approvals.history", |state| state.history(tenant, approval_id)).await
    }

    async fn change(
        &self,
        tenant: TenantId,
        approval_id: ApprovalId,
        version: u32,
        change: &ApprovalChange,
    ) -> Result<bool, StoreError> {
        let act = |state: &mut WorkflowState| state.change_approval(tenant, approval_id, version, change);
        self.around("approvals.change", act).await
    }

    async fn seen(&self, tenant: TenantId, approval_id: ApprovalId, version: u32) -> Result<(), StoreError> {
        self.around("approvals.seen", |state| state.seen(tenant, approval_id, version)).await
    }
}
