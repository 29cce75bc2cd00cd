//! What every adapter of the workflows' ports must do.

#![expect(clippy::unwrap_used, reason = "a claim that does not hold panics")]

use app::ports::{
    ApprovalChange, ApprovalStore, AskedContent, AuditRow, DecisionRow, NewRun, RunChange, RunStore,
    StepRecord,
};
use contracts::Timestamp;
use contracts::pipeline::workflows::ListApprovals;
use domain::StepStatus;
use domain::approval::{ApprovalStatus, Choice};
use domain::workflow::{RunStatus, WorkflowKind};
use ids::{ApprovalId, TenantId};

use crate::Fixtures;

/// Every claim about a [`RunStore`] and an [`ApprovalStore`] over the same records.
///
/// # Panics
/// When one does not hold.
pub async fn workflow_stores_suite(runs: &dyn RunStore, approvals: &dyn ApprovalStore) {
    let make = Fixtures::new(77);
    let (ours, theirs) = (make.tenant(), make.tenant());
    a_run_is_put_on_record_once(runs, ours, theirs).await;
    an_end_is_final_and_leaves_the_sweep(runs, ours, theirs).await;
    steps_are_the_runs_own(runs, ours, theirs).await;
    an_approval_changes_one_version_at_a_time(runs, approvals, ours, theirs).await;
    approvals_are_listed_newest_first_and_narrowed(runs, approvals, ours, theirs).await;
}

fn at(ms: u64) -> Timestamp {
    Timestamp::from_unix_ms(ms)
}

fn new_run(number: u64, request_key: Option<&str>) -> NewRun {
    let id = ApprovalId::from_parts(number, [number as u8; 10]);
    NewRun {
        run_id: id.to_string(),
        workflow: WorkflowKind::SpendApproval,
        params: r#"{"amount":"1.00"}"#.into(),
        request_key: request_key.map(str::to_owned),
        request_sha256: "ab".repeat(32),
        actor: "key_1".into(),
        traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01".into(),
        created_at: at(number),
    }
}

async fn a_run_is_put_on_record_once(runs: &dyn RunStore, ours: TenantId, theirs: TenantId) {
    let (first, again) = (new_run(1_000, Some("k")), new_run(1_001, Some("k")));
    let stored = runs.insert(ours, &first, at(9_000)).await.unwrap();
    assert_eq!((&stored.run, stored.status, stored.tenant), (&first, RunStatus::Accepted, ours));
    assert_eq!(runs.insert(ours, &first, at(9_000)).await.unwrap(), stored, "the same run again");
    assert_eq!(runs.insert(ours, &again, at(9_000)).await.unwrap().run.run_id, first.run_id, "the same key");
    assert_eq!(runs.get(ours, &again.run_id).await.unwrap(), None);
    // Another tenant's key is its own, its id is not; without a key every request is one of its own.
    let other = runs.insert(theirs, &new_run(1_002, Some("k")), at(9_000)).await.unwrap();
    assert_eq!(other.tenant, theirs);
    let taken = NewRun { request_key: None, ..first.clone() };
    assert!(runs.insert(theirs, &taken, at(9_000)).await.is_err());
    for number in [1_003, 1_004] {
        let run = new_run(number, None);
        assert_eq!(runs.insert(ours, &run, at(9_000)).await.unwrap().run, run);
    }
    assert_eq!(runs.get(theirs, &first.run_id).await.unwrap(), None);
}

async fn an_end_is_final_and_leaves_the_sweep(runs: &dyn RunStore, ours: TenantId, theirs: TenantId) {
    let run = new_run(2_000, None);
    runs.insert(ours, &run, at(3_000)).await.unwrap();
    let due = async |now: u64| {
        let due = runs.due(at(now), 100).await.unwrap();
        due.iter().any(|record| record.run.run_id == run.run_id)
    };
    assert!(!due(2_999).await && due(3_000).await);
    runs.defer(theirs, &run.run_id, at(4_000)).await.unwrap();
    assert!(due(3_000).await, "another tenant defers nothing");
    runs.defer(ours, &run.run_id, at(4_000)).await.unwrap();
    assert!(!due(3_999).await && due(4_000).await);
    assert_eq!(runs.get(ours, &run.run_id).await.unwrap().unwrap().checks, 1);

    let open = async |tenant, limit| {
        let open = runs.open(tenant, limit).await.unwrap();
        assert!(open.iter().all(|record| record.tenant == tenant) && open.len() <= limit as usize);
        open.iter().any(|record| record.run.run_id == run.run_id)
    };
    assert!(open(ours, 100).await && !open(theirs, 100).await && !open(ours, 0).await);
    let change =
        async |tenant, change: RunChange| runs.change(tenant, &run.run_id, &change, at(5_000)).await.unwrap();
    assert!(!change(theirs, RunChange::to(RunStatus::Failed)).await);
    assert!(change(ours, RunChange::to(RunStatus::Running)).await);
    let progress = RunChange { progress: Some(r#"{"done":1}"#.into()), ..RunChange::default() };
    assert!(change(ours, progress.clone()).await);
    let end = RunChange { output: Some("{}".into()), ..RunChange::to(RunStatus::Completed) };
    assert!(change(ours, end.clone()).await && change(ours, end).await, "once more is the same");
    assert!(!change(ours, RunChange::to(RunStatus::Failed)).await);
    assert!(!change(ours, progress).await);
    let ended = runs.get(ours, &run.run_id).await.unwrap().unwrap();
    assert_eq!((ended.status, ended.output.as_deref()), (RunStatus::Completed, Some("{}")));
    assert_eq!((ended.progress.as_deref(), ended.updated_at), (Some(r#"{"done":1}"#), at(5_000)));
    assert!(!due(1_000_000).await && !open(ours, 100).await);
    runs.defer(ours, &run.run_id, at(6_000)).await.unwrap();
    assert!(!due(1_000_000).await, "an ended run is not due again");
}

async fn steps_are_the_runs_own(runs: &dyn RunStore, ours: TenantId, theirs: TenantId) {
    let run = new_run(3_000, None);
    runs.insert(ours, &run, at(1_000_000)).await.unwrap();
    let step = |name: &str, position, started| StepRecord {
        position,
        name: name.into(),
        status: StepStatus::Running,
        attempts: 1,
        started_at: at(started),
        ended_at: None,
        error: None,
    };
    assert!(runs.record_step(theirs, &run.run_id, &step("a", 0, 10)).await.is_err());
    for record in [step("b", 1, 30), step("a", 0, 10)] {
        runs.record_step(ours, &run.run_id, &record).await.unwrap();
    }
    let done =
        StepRecord { status: StepStatus::Succeeded, attempts: 2, ended_at: Some(at(50)), ..step("a", 0, 40) };
    runs.record_step(ours, &run.run_id, &done).await.unwrap();
    let expect = vec![StepRecord { started_at: at(10), ..done }, step("b", 1, 30)];
    assert_eq!(runs.steps(ours, &run.run_id).await.unwrap(), expect);
    assert_eq!(runs.steps(theirs, &run.run_id).await.unwrap(), []);
}

fn content(revision: u32, ms: u64, asked: &[&str]) -> AskedContent {
    AskedContent {
        content: format!(r#"{{"revision":{revision}}}"#),
        content_hash: format!("{revision:064}"),
        revision,
        asked: asked.iter().map(|name| (*name).to_owned()).collect(),
        asked_at: at(ms),
        expires_at: at(ms + 600_000),
    }
}

fn audit(action: &str, ms: u64) -> AuditRow {
    AuditRow { at: at(ms), actor: "key_1".into(), action: action.into(), detail: "{}".into() }
}

async fn asked(
    runs: &dyn RunStore,
    approvals: &dyn ApprovalStore,
    tenant: TenantId,
    number: u64,
    people: &[&str],
) -> ApprovalId {
    let run = new_run(number, None);
    let id: ApprovalId = run.run_id.parse().unwrap();
    runs.insert(tenant, &run, at(1_000_000_000)).await.unwrap();
    approvals.create(tenant, id, &content(1, number, people), &audit("proposed", number)).await.unwrap();
    id
}

async fn an_approval_changes_one_version_at_a_time(
    runs: &dyn RunStore,
    approvals: &dyn ApprovalStore,
    ours: TenantId,
    theirs: TenantId,
) {
    let id = asked(runs, approvals, ours, 10_000, &["a@x.example"]).await;
    let other_content = content(9, 1, &[]);
    approvals.create(ours, id, &other_content, &audit("proposed", 1)).await.unwrap();
    assert!(approvals.create(theirs, id, &other_content, &audit("proposed", 1)).await.is_err());
    let get = async || approvals.get(ours, id).await.unwrap().unwrap();
    let first = get().await;
    assert_eq!((first.version, first.seen_version, first.status), (1, 0, ApprovalStatus::Pending));
    assert_eq!(first.content, content(1, 10_000, &["a@x.example"]), "the first stays");
    assert_eq!(approvals.get(theirs, id).await.unwrap(), None);

    let decision = DecisionRow {
        approver: "a@x.example".into(),
        choice: Choice::Approve,
        comment: Some("yes".into()),
        actor: "key_2".into(),
        content_hash: first.content.content_hash.clone(),
        revision: 1,
        decided_at: at(11_000),
    };
    let decide = ApprovalChange {
        decision: Some(decision.clone()),
        check_at: Some(at(20_000)),
        ..ApprovalChange::noting(audit("decided", 11_000))
    };
    let change = async |tenant, version, change: &ApprovalChange| {
        approvals.change(tenant, id, version, change).await.unwrap()
    };
    assert!(!change(theirs, 1, &decide).await && !change(ours, 2, &decide).await);
    assert_eq!(approvals.decisions(ours, id).await.unwrap(), [], "a change that did not hold left nothing");
    assert!(change(ours, 1, &decide).await && !change(ours, 1, &decide).await);
    assert_eq!(approvals.decisions(ours, id).await.unwrap(), [decision]);
    assert_eq!(approvals.decisions(theirs, id).await.unwrap(), []);
    let due = runs.due(at(20_000), 100).await.unwrap();
    assert!(due.iter().any(|record| record.run.run_id == id.to_string()), "the sweep looks soon");

    approvals.seen(theirs, id, 2).await.unwrap();
    assert_eq!(get().await.seen_version, 0);
    approvals.seen(ours, id, 2).await.unwrap();
    approvals.seen(ours, id, 1).await.unwrap();
    let now = get().await;
    assert_eq!((now.version, now.seen_version, now.updated_at), (2, 2, at(11_000)));

    let people = vec!["a@x.example".to_owned(), "b@x.example".to_owned()];
    let escalate = ApprovalChange {
        level: Some((1, people.clone())),
        ..ApprovalChange::noting(audit("escalated", 12_000))
    };
    assert!(change(ours, 2, &escalate).await);
    let now = get().await;
    assert_eq!((now.level, now.content.asked), (1, people));
    let second = content(2, 13_000, &["c@x.example"]);
    let revise = ApprovalChange {
        content: Some(second.clone()),
        level: Some((0, second.asked.clone())),
        ..ApprovalChange::noting(audit("revised", 13_000))
    };
    assert!(change(ours, 3, &revise).await);
    assert_eq!((get().await.content, get().await.level), (second, 0));
    let conclude = ApprovalChange {
        concluded: Some((ApprovalStatus::Withdrawn, Some("no need".into()))),
        ..ApprovalChange::noting(audit("withdrawn", 14_000))
    };
    assert!(change(ours, 4, &conclude).await);
    let end = get().await;
    assert_eq!((end.status, end.reason.as_deref()), (ApprovalStatus::Withdrawn, Some("no need")));
    assert_eq!(end.concluded_at, Some(at(14_000)));
    assert!(!change(ours, 5, &escalate).await, "what is concluded changes no more");
    let actions: Vec<_> =
        approvals.history(ours, id).await.unwrap().into_iter().map(|row| row.action).collect();
    assert_eq!(actions, ["proposed", "decided", "escalated", "revised", "withdrawn"]);
    assert_eq!(approvals.history(theirs, id).await.unwrap(), []);
}

async fn approvals_are_listed_newest_first_and_narrowed(
    runs: &dyn RunStore,
    approvals: &dyn ApprovalStore,
    ours: TenantId,
    theirs: TenantId,
) {
    let old = asked(runs, approvals, ours, 50_000, &["z@x.example"]).await;
    let new = asked(runs, approvals, ours, 50_001, &["z@x.example", "y@x.example"]).await;
    asked(runs, approvals, theirs, 50_002, &["z@x.example"]).await;
    let list = async |query: ListApprovals| {
        let rows = approvals.list(ours, &query).await.unwrap();
        rows.into_iter().map(|row| row.approval_id).collect::<Vec<_>>()
    };
    let of = |approver: &str| ListApprovals {
        approver: Some(approver.into()),
        limit: 10,
        ..ListApprovals::default()
    };
    assert_eq!(list(of("z@x.example")).await, [new, old]);
    assert_eq!(list(of("y@x.example")).await, [new]);
    assert_eq!(list(ListApprovals { before: Some(new), ..of("z@x.example") }).await, [old]);
    assert_eq!(list(ListApprovals { limit: 1, ..of("z@x.example") }).await, [new]);
    let status = |status: &str| ListApprovals { status: Some(status.into()), ..of("z@x.example") };
    assert_eq!(list(status("pending")).await, [new, old]);
    assert_eq!(list(status("approved")).await, []);
}
