//! The `Workflows` service: a table of contents.

use async_trait::async_trait;
use contracts::TenantCall;
use contracts::pipeline::workflows::{
    Approval, ApprovalDetail, ApprovalError, ApprovalPage, CrmError, CrmRecordDetail, CrmRecordPage,
    DecideApproval, GetApproval, GetCrmRecord, GetReport, GetRun, History, HistoryError, ListApprovals,
    ListCrmRecords, NameHistory, ProposeSpend, PutHistory, ReadReport, Report, ReportDocument, ReportError,
    RequestBackfill, RequestReport, RequestSync, ReviseApproval, RunReport, StartedRun, SteerRun,
    WithdrawApproval, WorkflowError, Workflows,
};

use super::{WorkflowPorts, account_report, backfill, crm_records, runs, spend_approval, sync};

/// [`Workflows`] over ports.
#[derive(Clone)]
pub struct WorkflowsService(pub WorkflowPorts);

#[async_trait(?Send)]
impl Workflows for WorkflowsService {
    async fn propose_spend(
        &self,
        context: &TenantCall,
        request: ProposeSpend,
    ) -> Result<StartedRun, WorkflowError> {
        spend_approval::propose(&self.0, context, request).await
    }

    async fn request_report(
        &self,
        context: &TenantCall,
        request: RequestReport,
    ) -> Result<StartedRun, WorkflowError> {
        account_report::request(&self.0, context, request).await
    }

    async fn request_backfill(
        &self,
        context: &TenantCall,
        request: RequestBackfill,
    ) -> Result<StartedRun, WorkflowError> {
        backfill::request(&self.0, context, request).await
    }

    async fn request_sync(
        &self,
        context: &TenantCall,
        request: RequestSync,
    ) -> Result<StartedRun, WorkflowError> {
        sync::request(&self.0, context, request).await
    }

    async fn put_history(&self, context: &TenantCall, request: PutHistory) -> Result<History, HistoryError> {
        sync::put(&self.0, context, request).await
    }

    async fn get_history(&self, context: &TenantCall, request: NameHistory) -> Result<History, HistoryError> {
        sync::get(&self.0, context, request).await
    }

    async fn remove_history(&self, context: &TenantCall, request: NameHistory) -> Result<(), HistoryError> {
        sync::remove(&self.0, context, request).await
    }

    async fn get_report(&self, context: &TenantCall, request: GetReport) -> Result<Report, ReportError> {
        account_report::get(&self.0, context, request).await
    }

    async fn read_report(
        &self,
        context: &TenantCall,
        request: ReadReport,
    ) -> Result<ReportDocument, ReportError> {
        account_report::read(&self.0, context, request).await
    }

    async fn list_crm_records(
        &self,
        context: &TenantCall,
        request: ListCrmRecords,
    ) -> Result<CrmRecordPage, CrmError> {
        crm_records::list(&self.0, context, request).await
    }

    async fn get_crm_record(
        &self,
        context: &TenantCall,
        request: GetCrmRecord,
    ) -> Result<CrmRecordDetail, CrmError> {
        crm_records::get(&self.0, context, request).await
    }

    async fn get_run(&self, context: &TenantCall, request: GetRun) -> Result<RunReport, WorkflowError> {
        runs::get_run(&self.0, context, request).await
    }

    async fn steer_run(&self, context: &TenantCall, request: SteerRun) -> Result<RunReport, WorkflowError> {
        runs::steer_run(&self.0, context, request).await
    }

    async fn revise_approval(
        &self,
        context: &TenantCall,
        request: ReviseApproval,
    ) -> Result<Approval, ApprovalError> {
        spend_approval::revise(&self.0, context, request).await
    }

    async fn withdraw_approval(
        &self,
        context: &TenantCall,
        request: WithdrawApproval,
    ) -> Result<Approval, ApprovalError> {
        spend_approval::withdraw(&self.0, context, request).await
    }

    async fn list_approvals(
        &self,
        context: &TenantCall,
        request: ListApprovals,
    ) -> Result<ApprovalPage, ApprovalError> {
        spend_approval::list(&self.0, context, request).await
    }

    async fn get_approval(
        &self,
        context: &TenantCall,
        request: GetApproval,
    ) -> Result<ApprovalDetail, ApprovalError> {
        spend_approval::get(&self.0, context, request).await
    }

    async fn decide_approval(
        &self,
        context: &TenantCall,
        request: DecideApproval,
    ) -> Result<Approval, ApprovalError> {
        spend_approval::decide(&self.0, context, request).await
    }
}
