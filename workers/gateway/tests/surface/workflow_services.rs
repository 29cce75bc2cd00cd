//! A stand-in for the pipeline's workflows. It keeps what it was asked and answers as it is told.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use contracts::pipeline::workflows::{
    self, Approval, ApprovalDecision, ApprovalDetail, ApprovalError, ApprovalPage, ApprovalRecord, CrmEntity,
    CrmError, CrmField, CrmRecordDetail, CrmRecordPage, CrmRecordSummary, CrmTimelineEntry, DecideApproval,
    GetApproval, GetCrmRecord, GetReport, GetRun, History, HistoryError, ListApprovals, ListCrmRecords,
    NameHistory, ProposeSpend, PutHistory, ReadReport, Report, ReportDocument, ReportError, ReportForm,
    RequestBackfill, RequestReport, RequestSync, ReviseApproval, RunReport, StartedRun, SteerRun,
    WithdrawApproval, WorkflowError,
};
use contracts::{TenantCall, Timestamp};
use ids::{ApprovalId, CrmRecordId, ReportId};

/// See the module.
#[derive(Clone, Default)]
pub(crate) struct Workflows(Rc<State>);

#[derive(Default)]
pub(crate) struct State {
    pub(crate) proposed: RefCell<Vec<(ProposeSpend, Option<String>)>>,
    pub(crate) backfills: RefCell<Vec<RequestBackfill>>,
    pub(crate) syncs: RefCell<Vec<RequestSync>>,
    pub(crate) histories: RefCell<Vec<PutHistory>>,
    pub(crate) reports: RefCell<Vec<RequestReport>>,
    pub(crate) decided: RefCell<Vec<DecideApproval>>,
    pub(crate) withdrawn: RefCell<Vec<WithdrawApproval>>,
    pub(crate) workflow_refusal: RefCell<Option<WorkflowError>>,
    pub(crate) approval_refusal: RefCell<Option<ApprovalError>>,
}

impl std::ops::Deref for Workflows {
    type Target = State;

    fn deref(&self) -> &State {
        &self.0
    }
}

pub(crate) fn crm_record_id() -> CrmRecordId {
    CrmRecordId::from_parts(0, [4; 10])
}

fn crm_record() -> CrmRecordSummary {
    let at = Timestamp::from_unix_ms(1_795_330_800_000);
    CrmRecordSummary {
        id: crm_record_id(),
        source: "salesforce".into(),
        record_id: "001A".into(),
        organization: String::new(),
        name: Some("Northwind".into()),
        deleted: false,
        first_at: at,
        last_at: at,
    }
}

fn history(request: &PutHistory) -> History {
    let at = Timestamp::from_unix_ms(1_795_330_800_000);
    History {
        endpoint_id: request.endpoint_id,
        provider: request.provider.clone(),
        base_url: request.base_url.clone().unwrap_or_default(),
        from: request.from.unwrap_or(at),
        since: request.from.unwrap_or(at),
        under_way: false,
        run_id: None,
        items: 0,
        created_at: at,
        updated_at: at,
    }
}

pub(crate) fn report_id() -> ReportId {
    ReportId::from_parts(1_795_330_800_000, [6; 10])
}

pub(crate) fn approval_id() -> ApprovalId {
    ApprovalId::from_parts(1_795_330_800_000, [5; 10])
}

fn approval() -> Approval {
    let at = Timestamp::from_unix_ms(1_795_330_800_000);
    Approval {
        approval_id: approval_id(),
        status: "pending".into(),
        reason: None,
        content: r#"{"amount":"1.00"}"#.into(),
        content_hash: "ab".repeat(32),
        revision: 2,
        level: 0,
        asked: vec!["bob@acme.example".into()],
        expires_at: at,
        created_at: at,
        updated_at: at,
        concluded_at: None,
        decisions: vec![ApprovalDecision {
            approver: "bob@acme.example".into(),
            choice: "approve".into(),
            comment: None,
            actor: "key_1".into(),
            content_hash: "cd".repeat(32),
            revision: 1,
            decided_at: at,
        }],
    }
}

impl Workflows {
    fn approval(&self, id: ApprovalId) -> Result<Approval, ApprovalError> {
        match self.approval_refusal.borrow().clone() {
            Some(refusal) => Err(refusal),
            None if id == approval_id() => Ok(approval()),
            None => Err(ApprovalError::NotFound),
        }
    }

    fn run(&self, workflow: &str, run_id: &str) -> Result<RunReport, WorkflowError> {
        if let Some(refusal) = self.workflow_refusal.borrow().clone() {
            return Err(refusal);
        }
        if workflow != "spend_approval" || run_id != approval_id().to_string() {
            return Err(WorkflowError::NotFound);
        }
        let at = Timestamp::from_unix_ms(1_795_330_800_000);
        Ok(RunReport {
            run_id: run_id.into(),
            workflow: workflow.into(),
            status: "running".into(),
            params: r#"{"amount":"1.00"}"#.into(),
            progress: None,
            output: Some(r#"{"status":"approved"}"#.into()),
            error: None,
            steps: Vec::new(),
            trace_id: "4bf92f3577b34da6a3ce929d0e0e4736".into(),
            created_at: at,
            updated_at: at,
        })
    }
}

#[async_trait(?Send)]
impl workflows::Workflows for Workflows {
    async fn propose_spend(
        &self,
        context: &TenantCall,
        request: ProposeSpend,
    ) -> Result<StartedRun, WorkflowError> {
        if let Some(refusal) = self.workflow_refusal.borrow().clone() {
            return Err(refusal);
        }
        self.proposed.borrow_mut().push((request, context.idempotency_key.clone()));
        Ok(StartedRun { run_id: approval_id().to_string(), duplicate: false })
    }

    async fn request_report(
        &self,
        _: &TenantCall,
        request: RequestReport,
    ) -> Result<StartedRun, WorkflowError> {
        if let Some(refusal) = self.workflow_refusal.borrow().clone() {
            return Err(refusal);
        }
        self.reports.borrow_mut().push(request);
        Ok(StartedRun { run_id: report_id().to_string(), duplicate: false })
    }

    async fn request_sync(&self, _: &TenantCall, request: RequestSync) -> Result<StartedRun, WorkflowError> {
        self.syncs.borrow_mut().push(request);
        Ok(StartedRun { run_id: "syn_1".into(), duplicate: false })
    }

    async fn put_history(&self, _: &TenantCall, request: PutHistory) -> Result<History, HistoryError> {
        let history = history(&request);
        self.histories.borrow_mut().push(request);
        Ok(history)
    }

    async fn get_history(&self, _: &TenantCall, request: NameHistory) -> Result<History, HistoryError> {
        let histories = self.histories.borrow();
        let found = histories.iter().find(|history| history.endpoint_id == request.endpoint_id);
        found.map(history).ok_or(HistoryError::NotFound)
    }

    async fn remove_history(&self, _: &TenantCall, request: NameHistory) -> Result<(), HistoryError> {
        let mut histories = self.histories.borrow_mut();
        let before = histories.len();
        histories.retain(|history| history.endpoint_id != request.endpoint_id);
        if histories.len() < before { Ok(()) } else { Err(HistoryError::NotFound) }
    }

    async fn request_backfill(
        &self,
        _: &TenantCall,
        request: RequestBackfill,
    ) -> Result<StartedRun, WorkflowError> {
        self.backfills.borrow_mut().push(request);
        Ok(StartedRun { run_id: "bfl_1".into(), duplicate: false })
    }

    async fn get_report(&self, _: &TenantCall, request: GetReport) -> Result<Report, ReportError> {
        if request.report_id != report_id() {
            return Err(ReportError::NotFound);
        }
        let at = Timestamp::from_unix_ms(1_795_330_800_000);
        Ok(Report {
            report_id: report_id(),
            status: "completed".into(),
            account: "Northwind".into(),
            from: at,
            until: at,
            html: true,
            pdf: false,
            pdf_reason: Some("no browser".into()),
            error: None,
            created_at: at,
            updated_at: at,
        })
    }

    async fn read_report(&self, _: &TenantCall, request: ReadReport) -> Result<ReportDocument, ReportError> {
        match (request.report_id == report_id(), request.form) {
            (false, _) => Err(ReportError::NotFound),
            (true, ReportForm::Pdf) => Err(ReportError::NoPdf { reason: "no browser".into() }),
            (true, ReportForm::Html) => Ok(ReportDocument {
                media_type: "text/html; charset=utf-8".into(),
                sha256: "ab".repeat(32),
                body: b"<h1>Northwind</h1>".to_vec().into(),
            }),
        }
    }

    async fn list_crm_records(
        &self,
        _: &TenantCall,
        request: ListCrmRecords,
    ) -> Result<CrmRecordPage, CrmError> {
        let items = vec![crm_record()];
        let next_before = request.before.is_none().then(crm_record_id);
        Ok(CrmRecordPage { items, next_before })
    }

    async fn get_crm_record(
        &self,
        _: &TenantCall,
        request: GetCrmRecord,
    ) -> Result<CrmRecordDetail, CrmError> {
        if (request.id, request.entity) != (crm_record_id(), CrmEntity::Account) {
            return Err(CrmError::NotFound);
        }
        let event_id = ids::EventId::from_parts(7, [7; 10]);
        let at = Timestamp::from_unix_ms(1_795_330_800_000);
        let line = |field: Option<&str>, value: Option<&str>| CrmTimelineEntry {
            field: field.map(str::to_owned),
            value: value.map(str::to_owned),
            at,
            event_id,
        };
        let timeline = match request.field {
            Some(field) => vec![line(Some(&field), None)],
            None => vec![line(Some("Employees"), Some("7.0")), line(None, Some("\"created\""))],
        };
        let fields = vec![CrmField { name: "Employees".into(), value: "7.0".into() }];
        Ok(CrmRecordDetail { record: crm_record(), fields, timeline, more: false })
    }

    async fn get_run(&self, _: &TenantCall, request: GetRun) -> Result<RunReport, WorkflowError> {
        self.run(&request.workflow, &request.run_id)
    }

    async fn steer_run(&self, _: &TenantCall, request: SteerRun) -> Result<RunReport, WorkflowError> {
        self.run(&request.workflow, &request.run_id)
    }

    async fn revise_approval(
        &self,
        _: &TenantCall,
        request: ReviseApproval,
    ) -> Result<Approval, ApprovalError> {
        self.approval(request.approval_id)
    }

    async fn withdraw_approval(
        &self,
        _: &TenantCall,
        request: WithdrawApproval,
    ) -> Result<Approval, ApprovalError> {
        self.withdrawn.borrow_mut().push(request.clone());
        self.approval(request.approval_id)
    }

    async fn list_approvals(&self, _: &TenantCall, _: ListApprovals) -> Result<ApprovalPage, ApprovalError> {
        Ok(ApprovalPage { items: vec![approval()], next_before: Some(approval_id()) })
    }

    async fn get_approval(
        &self,
        _: &TenantCall,
        request: GetApproval,
    ) -> Result<ApprovalDetail, ApprovalError> {
        let approval = self.approval(request.approval_id)?;
        let line = ApprovalRecord {
            at: approval.created_at,
            actor: "key_1".into(),
            action: "proposed".into(),
            detail: "{}".into(),
        };
        Ok(ApprovalDetail { approval, history: vec![line] })
    }

    async fn decide_approval(
        &self,
        _: &TenantCall,
        request: DecideApproval,
    ) -> Result<Approval, ApprovalError> {
        self.decided.borrow_mut().push(request.clone());
        self.approval(request.approval_id)
    }
}
