//! Runs and approvals as plain data, each method one transaction.

use std::collections::BTreeMap;

use app::ports::{
    ApprovalChange, ApprovalRow, AskedContent, AuditRow, DecisionRow, NewRun, RunChange, StepRecord,
    WorkflowRun,
};
use contracts::Timestamp;
use contracts::pipeline::workflows::ListApprovals;
use domain::approval::ApprovalStatus;
use domain::workflow::RunStatus;
use ids::{ApprovalId, TenantId};

/// What is on record.
#[derive(Debug, Clone, Default)]
pub struct WorkflowState {
    runs: BTreeMap<String, Stored>,
    approvals: BTreeMap<ApprovalId, Asked>,
}

#[derive(Debug, Clone)]
struct Stored {
    record: WorkflowRun,
    check_at: Option<Timestamp>,
    steps: BTreeMap<String, StepRecord>,
}

#[derive(Debug, Clone)]
struct Asked {
    tenant: TenantId,
    row: ApprovalRow,
    decisions: Vec<DecisionRow>,
    history: Vec<AuditRow>,
}

/// See the methods of `app::ports::RunStore`.
impl WorkflowState {
    /// Puts a run on record, or finds the one before it; none when another tenant has the id.
    pub fn insert(&mut self, tenant: TenantId, run: &NewRun, check_at: Timestamp) -> Option<WorkflowRun> {
        let same_request = |stored: &&Stored| {
            let known = &stored.record;
            known.tenant == tenant
                && known.run.workflow == run.workflow
                && run.request_key.is_some()
                && known.run.request_key == run.request_key
        };
        if let Some(stored) = self.runs.values().find(same_request) {
            return Some(stored.record.clone());
        }
        let fresh = || Stored {
            record: WorkflowRun {
                tenant,
                run: run.clone(),
                status: RunStatus::Accepted,
                progress: None,
                output: None,
                error: None,
                updated_at: run.created_at,
                checks: 0,
            },
            check_at: Some(check_at),
            steps: BTreeMap::new(),
        };
        let stored = self.runs.entry(run.run_id.clone()).or_insert_with(fresh);
        Some(stored.record.clone()).filter(|record| record.tenant == tenant)
    }

    /// One run.
    #[must_use]
    pub fn run(&self, tenant: TenantId, run_id: &str) -> Option<WorkflowRun> {
        let found = self.runs.get(run_id).filter(|stored| stored.record.tenant == tenant);
        found.map(|stored| stored.record.clone())
    }

    /// Changes a run.
    pub fn change_run(&mut self, tenant: TenantId, run_id: &str, change: &RunChange, now: Timestamp) -> bool {
        let Some(stored) = self.runs.get_mut(run_id).filter(|stored| stored.record.tenant == tenant) else {
            return false;
        };
        let record = &mut stored.record;
        let allowed = change.status.map_or(!record.status.has_ended(), |next| record.status.allows(next));
        if !allowed {
            return false;
        }
        record.status = change.status.unwrap_or(record.status);
        record.progress = change.progress.clone().or(record.progress.take());
        record.output = change.output.clone().or(record.output.take());
        record.error = change.error.clone().or(record.error.take());
        record.updated_at = now;
        stored.check_at = stored.check_at.filter(|_| !stored.record.status.has_ended());
        true
    }

    /// Stores a step; says whether there is such a run.
    pub fn record_step(&mut self, tenant: TenantId, run_id: &str, step: &StepRecord) -> bool {
        let Some(stored) = self.runs.get_mut(run_id).filter(|stored| stored.record.tenant == tenant) else {
            return false;
        };
        let mut step = step.clone();
        if let Some(known) = stored.steps.get(&step.name) {
            step.started_at = step.started_at.min(known.started_at);
        }
        stored.steps.insert(step.name.clone(), step);
        true
    }

    /// A run's steps in order.
    #[must_use]
    pub fn steps(&self, tenant: TenantId, run_id: &str) -> Vec<StepRecord> {
        let found = self.runs.get(run_id).filter(|stored| stored.record.tenant == tenant);
        let mut steps: Vec<_> =
            found.map(|stored| stored.steps.values().cloned().collect()).unwrap_or_default();
        steps.sort_by_key(|step| step.position);
        steps
    }

    /// Runs that are due.
    #[must_use]
    pub fn due(&self, now: Timestamp, limit: u32) -> Vec<WorkflowRun> {
        let mut due: Vec<_> =
            self.runs.values().filter(|stored| stored.check_at.is_some_and(|at| at <= now)).collect();
        due.sort_by_key(|stored| stored.check_at);
        due.into_iter().take(limit as usize).map(|stored| stored.record.clone()).collect()
    }

    /// A tenant's runs that have not ended.
    #[must_use]
    pub fn open(&self, tenant: TenantId, limit: u32) -> Vec<WorkflowRun> {
        let of_tenant = |record: &&WorkflowRun| record.tenant == tenant && !record.status.has_ended();
        let mut open: Vec<_> =
            self.runs.values().map(|stored| &stored.record).filter(of_tenant).cloned().collect();
        open.sort_by(|one, other| one.run.run_id.cmp(&other.run.run_id));
        open.truncate(limit as usize);
        open
    }

    /// Sets when a run is due next.
    pub fn defer(&mut self, tenant: TenantId, run_id: &str, check_at: Timestamp) {
        let found = self.runs.get_mut(run_id).filter(|stored| stored.record.tenant == tenant);
        if let Some(stored) = found.filter(|stored| stored.check_at.is_some()) {
            stored.check_at = Some(check_at);
            stored.record.checks += 1;
        }
    }
}

/// See the methods of `app::ports::ApprovalStore`.
impl WorkflowState {
    /// Puts an approval on record; says whether there is such a run.
    pub fn create(
        &mut self,
        tenant: TenantId,
        approval_id: ApprovalId,
        content: &AskedContent,
        audit: &AuditRow,
    ) -> bool {
        if self.run(tenant, &approval_id.to_string()).is_none() {
            return false;
        }
        let at = content.asked_at;
        self.approvals.entry(approval_id).or_insert_with(|| Asked {
            tenant,
            row: ApprovalRow {
                approval_id,
                status: ApprovalStatus::Pending,
                reason: None,
                content: content.clone(),
                level: 0,
                version: 1,
                seen_version: 0,
                created_at: at,
                updated_at: at,
                concluded_at: None,
            },
            decisions: Vec::new(),
            history: vec![audit.clone()],
        });
        true
    }

    fn asked(&self, tenant: TenantId, approval_id: ApprovalId) -> Option<&Asked> {
        self.approvals.get(&approval_id).filter(|asked| asked.tenant == tenant)
    }

    /// One approval.
    #[must_use]
    pub fn approval(&self, tenant: TenantId, approval_id: ApprovalId) -> Option<ApprovalRow> {
        self.asked(tenant, approval_id).map(|asked| asked.row.clone())
    }

    /// Approvals, newest first.
    #[must_use]
    pub fn approvals(&self, tenant: TenantId, query: &ListApprovals) -> Vec<ApprovalRow> {
        let matches = |row: &&ApprovalRow| {
            query.status.as_ref().is_none_or(|status| row.status.as_str() == status)
                && query.approver.as_ref().is_none_or(|approver| row.content.asked.contains(approver))
                && query.before.is_none_or(|before| row.approval_id < before)
        };
        let of_tenant = self.approvals.values().rev().filter(|asked| asked.tenant == tenant);
        of_tenant.map(|asked| &asked.row).filter(matches).take(query.limit as usize).cloned().collect()
    }

    /// Decisions, the earliest first.
    #[must_use]
    pub fn decisions(&self, tenant: TenantId, approval_id: ApprovalId) -> Vec<DecisionRow> {
        let mut rows = self.asked(tenant, approval_id).map(|of| of.decisions.clone()).unwrap_or_default();
        rows.sort_by(|a, b| {
            (a.decided_at, a.revision, &a.approver).cmp(&(b.decided_at, b.revision, &b.approver))
        });
        rows
    }

    /// The history, the earliest first.
    #[must_use]
    pub fn history(&self, tenant: TenantId, approval_id: ApprovalId) -> Vec<AuditRow> {
        self.asked(tenant, approval_id).map(|asked| asked.history.clone()).unwrap_or_default()
    }

    /// Changes a pending approval of this version.
    ///
    /// # Panics
    /// When a person decides about one revision twice, which a database refuses.
    pub fn change_approval(
        &mut self,
        tenant: TenantId,
        approval_id: ApprovalId,
        version: u32,
        change: &ApprovalChange,
    ) -> bool {
        let asked = self.approvals.get_mut(&approval_id).filter(|asked| asked.tenant == tenant);
        let current =
            |asked: &&mut Asked| asked.row.version == version && asked.row.status == ApprovalStatus::Pending;
        let Some(asked) = asked.filter(current) else { return false };
        let row = &mut asked.row;
        if let Some(decision) = &change.decision {
            let same = |known: &DecisionRow| {
                known.revision == decision.revision && known.approver == decision.approver
            };
            assert!(!asked.decisions.iter().any(same), "`{}` decides twice", decision.approver);
            asked.decisions.push(decision.clone());
        }
        if let Some(content) = &change.content {
            row.content = content.clone();
        }
        if let Some((level, people)) = &change.level {
            row.level = *level;
            row.content.asked.clone_from(people);
        }
        if let Some((status, reason)) = &change.concluded {
            row.status = *status;
            row.reason = reason.clone().or(row.reason.take());
            row.concluded_at = Some(change.audit.at);
        }
        row.version += 1;
        row.updated_at = change.audit.at;
        asked.history.push(change.audit.clone());
        if let Some(check_at) = change.check_at {
            let run = self.runs.get_mut(&approval_id.to_string());
            if let Some(run) = run.filter(|run| run.check_at.is_some()) {
                run.check_at = run.check_at.min(Some(check_at));
                run.record.checks = 0;
            }
        }
        true
    }

    /// Notes the version that the workflow has seen.
    pub fn seen(&mut self, tenant: TenantId, approval_id: ApprovalId, version: u32) {
        let asked = self.approvals.get_mut(&approval_id).filter(|asked| asked.tenant == tenant);
        if let Some(asked) = asked {
            asked.row.seen_version = asked.row.seen_version.max(version);
        }
    }
}
