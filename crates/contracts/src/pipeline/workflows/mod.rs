//! Workflows that a tenant starts, watches and signals, and what they leave behind.

mod approvals;
mod backfill;
mod crm;
mod error;
mod history;
mod reports;
mod runs;

pub use approvals::*;
pub use backfill::*;
pub use crm::*;
pub use error::{ApprovalError, Fault, WorkflowError};
pub use history::*;
pub use reports::*;
pub use runs::*;

use crate::TenantCall;

/// The gateway's view of workflows.
///
/// The context's idempotency key makes a start happen once: the same key with the same request gives the first run,
/// with another request it is refused.
#[mesh::service(contract = "../../contracts/Workflows.json")]
pub trait Workflows {
    /// Asks people to approve a proposal.
    async fn propose_spend(
        &self,
        context: &TenantCall,
        request: ProposeSpend,
    ) -> Result<StartedRun, WorkflowError>;
    /// Asks for a report on an account.
    async fn request_report(
        &self,
        context: &TenantCall,
        request: RequestReport,
    ) -> Result<StartedRun, WorkflowError>;
    /// Has the events of a range run again.
    async fn request_backfill(
        &self,
        context: &TenantCall,
        request: RequestBackfill,
    ) -> Result<StartedRun, WorkflowError>;
    /// Walks the history of an endpoint's provider.
    async fn request_sync(
        &self,
        context: &TenantCall,
        request: RequestSync,
    ) -> Result<StartedRun, WorkflowError>;
    /// Says where the history of an endpoint's provider is. Saying it again changes nothing.
    #[mesh(idempotent)]
    async fn put_history(&self, context: &TenantCall, request: PutHistory) -> Result<History, HistoryError>;
    /// The history of an endpoint's provider.
    #[mesh(idempotent)]
    async fn get_history(&self, context: &TenantCall, request: NameHistory) -> Result<History, HistoryError>;
    /// Forgets what opens a history, and where its walk is.
    async fn remove_history(&self, context: &TenantCall, request: NameHistory) -> Result<(), HistoryError>;
    /// A report as it stands.
    #[mesh(idempotent)]
    async fn get_report(&self, context: &TenantCall, request: GetReport) -> Result<Report, ReportError>;
    /// A report's page or PDF.
    #[mesh(idempotent)]
    async fn read_report(
        &self,
        context: &TenantCall,
        request: ReadReport,
    ) -> Result<ReportDocument, ReportError>;
    /// Accounts or contacts, as CRMs told of them.
    #[mesh(idempotent)]
    async fn list_crm_records(
        &self,
        context: &TenantCall,
        request: ListCrmRecords,
    ) -> Result<CrmRecordPage, CrmError>;
    /// One account or contact with its fields and its timeline.
    #[mesh(idempotent)]
    async fn get_crm_record(
        &self,
        context: &TenantCall,
        request: GetCrmRecord,
    ) -> Result<CrmRecordDetail, CrmError>;
    /// One run with its steps.
    #[mesh(idempotent)]
    async fn get_run(&self, context: &TenantCall, request: GetRun) -> Result<RunReport, WorkflowError>;
    /// Pauses, resumes or ends a run.
    async fn steer_run(&self, context: &TenantCall, request: SteerRun) -> Result<RunReport, WorkflowError>;
    /// Puts another proposal in place of one that is pending. Every decision about the one before is void.
    async fn revise_approval(
        &self,
        context: &TenantCall,
        request: ReviseApproval,
    ) -> Result<Approval, ApprovalError>;
    /// Takes a pending proposal back.
    async fn withdraw_approval(
        &self,
        context: &TenantCall,
        request: WithdrawApproval,
    ) -> Result<Approval, ApprovalError>;
    /// Approvals, newest first.
    #[mesh(idempotent)]
    async fn list_approvals(
        &self,
        context: &TenantCall,
        request: ListApprovals,
    ) -> Result<ApprovalPage, ApprovalError>;
    /// One approval with its decisions and its history.
    #[mesh(idempotent)]
    async fn get_approval(
        &self,
        context: &TenantCall,
        request: GetApproval,
    ) -> Result<ApprovalDetail, ApprovalError>;
    /// Decides about exactly what was shown. The same decision again changes nothing.
    async fn decide_approval(
        &self,
        context: &TenantCall,
        request: DecideApproval,
    ) -> Result<Approval, ApprovalError>;
}
