//! What becomes of a proposal when nothing breaks.

use std::time::Duration;

use contracts::pipeline::workflows::{
    Approval, ApprovalError, DecideApproval, GetApproval, GetRun, ListApprovals, ProposeSpend,
    ReviseApproval, RunOrder, RunReport, SpendEscalation, SpendLine, SpendProposal, SteerRun,
    WithdrawApproval, WorkflowError,
};
use ids::{ApprovalId, TenantId};
use mesh::CallError;
use mesh_sim::Sim;

use crate::world::World;

const HOUR: Duration = Duration::from_secs(3_600);

pub(crate) fn proposal() -> SpendProposal {
    SpendProposal {
        title: "Forty seats".into(),
        justification: Some("The team grows".into()),
        amount: "1250".into(),
        currency: "EUR".into(),
        lines: vec![SpendLine { description: "Seats".into(), amount: "1250.00".into() }],
        requester: "rita@acme.example".into(),
        approvers: vec!["bob@acme.example".into(), "carol@acme.example".into()],
        quorum: Some(2),
        expires_after_s: 24 * 3_600,
        escalations: vec![SpendEscalation { after_s: 7_200, approvers: vec!["dan@acme.example".into()] }],
    }
}

pub(crate) fn decision(id: ApprovalId, who: &str, choice: &str, hash: Option<String>) -> DecideApproval {
    DecideApproval {
        approval_id: id,
        choice: choice.into(),
        comment: None,
        approver: Some(format!("{who}@acme.example")),
        content_hash: hash,
    }
}

/// What a test asks again and again.
pub(crate) trait Asks {
    fn propose(&self) -> ApprovalId;
    fn decide(&self, id: ApprovalId, who: &str, choice: &str) -> Result<Approval, ApprovalError>;
    fn approval(&self, id: ApprovalId) -> Approval;
    fn run(&self, id: ApprovalId) -> RunReport;
}

impl Asks for World<'_> {
    fn propose(&self) -> ApprovalId {
        let request = ProposeSpend { proposal: proposal() };
        self.sim.run(self.client.propose_spend(&self.call(), request)).unwrap().run_id.parse().unwrap()
    }

    fn decide(&self, id: ApprovalId, who: &str, choice: &str) -> Result<Approval, ApprovalError> {
        let request = decision(id, who, choice, Some(self.approval(id).content_hash));
        refusal(self.sim.run(self.client.decide_approval(&self.call(), request)))
    }

    fn approval(&self, id: ApprovalId) -> Approval {
        let request = GetApproval { approval_id: id };
        self.sim.run(self.client.get_approval(&self.call(), request)).unwrap().approval
    }

    fn run(&self, id: ApprovalId) -> RunReport {
        let request = GetRun { workflow: "spend_approval".into(), run_id: id.to_string() };
        self.sim.run(self.client.get_run(&self.call(), request)).unwrap()
    }
}

fn refusal<R, E: std::fmt::Debug>(outcome: Result<R, CallError<E>>) -> Result<R, E> {
    outcome.map_err(|error| match error {
        CallError::Refused(refusal) => refusal,
        other => panic!("{other:?}"),
    })
}

#[test]
fn a_quorum_approves_and_the_run_says_so() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = world.propose();
    sim.run_for(HOUR);
    assert_eq!(world.run(id).status, "running");
    let first = world.decide(id, "bob", "approve").unwrap();
    assert_eq!((first.status.as_str(), first.decisions.len()), ("pending", 1));
    sim.run_for(HOUR / 2);
    assert_eq!(world.approval(id).status, "pending");
    world.decide(id, "Carol", "approve").unwrap();
    sim.settle();
    let end = world.approval(id);
    assert_eq!((end.status.as_str(), end.concluded_at.is_some()), ("approved", true));
    let run = world.run(id);
    let output = serde_json::json!({ "status": "approved", "content_hash": end.content_hash });
    assert_eq!(run.status, "completed");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&run.output.unwrap()).unwrap(), output);
    assert_eq!(run.steps.iter().map(|step| step.name.as_str()).collect::<Vec<_>>(), ["open"]);
    let who: Vec<_> = end.decisions.iter().map(|decision| (&*decision.approver, &*decision.actor)).collect();
    let key = world.key.to_string();
    assert_eq!(who, [("bob@acme.example", &*key), ("carol@acme.example", &*key)]);
    let detail = sim.run(world.client.get_approval(&world.call(), GetApproval { approval_id: id })).unwrap();
    let actions: Vec<_> = detail.history.iter().map(|line| line.action.as_str()).collect();
    assert_eq!(actions, ["proposed", "decided", "decided", "concluded"]);
}

#[test]
fn a_rejection_that_makes_the_quorum_impossible_ends_it() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = world.propose();
    world.decide(id, "bob", "reject").unwrap();
    sim.settle();
    assert_eq!(world.approval(id).status, "rejected");
    let late = world.decide(id, "carol", "approve");
    assert_eq!(late, Err(ApprovalError::Concluded { status: "rejected".into() }));
    assert_eq!(world.decide(id, "bob", "reject").unwrap().status, "rejected", "the same again is the same");
}

#[test]
fn after_a_time_more_people_are_asked_and_in_the_end_it_expires() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let (id, other) = (world.propose(), world.propose());
    let early = world.decide(id, "dan", "approve");
    assert_eq!(early, Err(ApprovalError::NotAsked { approver: "dan@acme.example".into() }));
    sim.run_for(3 * HOUR);
    let escalated = world.approval(id);
    assert_eq!((escalated.level, escalated.asked.len()), (1, 3));
    world.decide(id, "dan", "approve").unwrap();
    world.decide(id, "bob", "approve").unwrap();
    sim.run_for(20 * HOUR);
    assert_eq!(
        (world.approval(id).status, world.approval(other).status),
        ("approved".into(), "pending".into())
    );
    sim.run_for(2 * HOUR);
    assert_eq!(world.approval(other).status, "expired");
    assert_eq!(world.run(other).status, "completed");
}

#[test]
fn a_person_decides_once_and_about_exactly_what_was_shown() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = world.propose();
    let shown = world.approval(id);
    world.decide(id, "bob", "approve").unwrap();
    let otherwise = world.decide(id, "bob", "reject");
    let decided = ApprovalError::Decided { approver: "bob@acme.example".into(), choice: "approve".into() };
    assert_eq!(otherwise, Err(decided));

    let dearer = SpendProposal { amount: "1300".into(), lines: Vec::new(), ..proposal() };
    let revise = ReviseApproval { approval_id: id, proposal: dearer };
    let revised = sim.run(world.client.revise_approval(&world.call(), revise.clone())).unwrap();
    assert_eq!((revised.revision, revised.level), (2, 0));
    assert_ne!(revised.content_hash, shown.content_hash);
    let again = sim.run(world.client.revise_approval(&world.call(), revise)).unwrap();
    assert_eq!(again.revision, 2, "the same text again asks nobody anew");
    for stale in [Some(shown.content_hash.clone()), None] {
        let request = decision(id, "carol", "approve", stale);
        let refused = refusal(sim.run(world.client.decide_approval(&world.call(), request)));
        assert_eq!(refused, Err(ApprovalError::Changed { content_hash: revised.content_hash.clone() }));
    }
    world.decide(id, "carol", "approve").unwrap();
    sim.run_for(HOUR);
    assert_eq!(world.approval(id).status, "pending", "what was decided before is void");
    world.decide(id, "bob", "approve").unwrap();
    sim.settle();
    let end = world.approval(id);
    assert_eq!((end.status.as_str(), end.decisions.len()), ("approved", 3));
    assert_eq!(end.decisions[0].content_hash, shown.content_hash);
}

#[test]
fn what_is_not_pending_cannot_be_changed_and_what_is_withdrawn_ends() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let id = world.propose();
    let withdraw = WithdrawApproval { approval_id: id, reason: Some("No budget".into()) };
    let withdrawn = sim.run(world.client.withdraw_approval(&world.call(), withdraw.clone())).unwrap();
    assert_eq!((withdrawn.status.as_str(), withdrawn.reason.as_deref()), ("withdrawn", Some("No budget")));
    assert!(sim.run(world.client.withdraw_approval(&world.call(), withdraw)).is_ok());
    let revise = ReviseApproval { approval_id: id, proposal: proposal() };
    let refused = refusal(sim.run(world.client.revise_approval(&world.call(), revise)));
    assert_eq!(refused, Err(ApprovalError::Concluded { status: "withdrawn".into() }));
    sim.settle();
    assert_eq!(world.run(id).status, "completed");

    let ended = world.propose();
    let order = |order| SteerRun { workflow: "spend_approval".into(), run_id: ended.to_string(), order };
    let steer = |with| refusal(sim.run(world.client.steer_run(&world.call(), order(with))));
    assert_eq!(steer(RunOrder::Pause).unwrap().status, "paused");
    assert_eq!(steer(RunOrder::Resume).unwrap().status, "running");
    assert_eq!(steer(RunOrder::Terminate).unwrap().status, "terminated");
    assert_eq!(steer(RunOrder::Terminate).unwrap().status, "terminated");
    assert_eq!(steer(RunOrder::Pause), Err(WorkflowError::Ended { status: "terminated".into() }));
    sim.settle();
    assert_eq!(world.approval(ended).status, "withdrawn");
}

#[test]
fn a_request_key_makes_a_proposal_once_and_only_for_its_tenant() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let propose = |tenant: TenantId, amount: &str| {
        let call = world.call_of(tenant).with_idempotency_key("order-7");
        let proposal = SpendProposal { amount: amount.into(), lines: Vec::new(), ..proposal() };
        refusal(sim.run(world.client.propose_spend(&call, ProposeSpend { proposal })))
    };
    let first = propose(world.tenant, "5").unwrap();
    let again = propose(world.tenant, "5.00").unwrap();
    assert_eq!((again.run_id.as_str(), again.duplicate), (first.run_id.as_str(), true));
    assert_eq!(propose(world.tenant, "6"), Err(WorkflowError::KeyReused));
    let stranger = TenantId::from_parts(2, [2; 10]);
    let theirs = propose(stranger, "6").unwrap();
    assert!(!theirs.duplicate && theirs.run_id != first.run_id);

    let call = world.call_of(stranger);
    let id: ApprovalId = first.run_id.parse().unwrap();
    let get = refusal(sim.run(world.client.get_approval(&call, GetApproval { approval_id: id })));
    assert_eq!(get, Err(ApprovalError::NotFound));
    let decide = decision(id, "bob", "approve", None);
    assert_eq!(refusal(sim.run(world.client.decide_approval(&call, decide))), Err(ApprovalError::NotFound));
    let run = |workflow: &str| GetRun { workflow: workflow.into(), run_id: first.run_id.clone() };
    for (call, workflow) in [(call.clone(), "spend_approval"), (world.call(), "no_such_workflow")] {
        let found = refusal(sim.run(world.client.get_run(&call, run(workflow))));
        assert_eq!(found, Err(WorkflowError::NotFound), "{workflow}");
    }
    let list = ListApprovals { limit: 10, ..ListApprovals::default() };
    let listed = sim.run(world.client.list_approvals(&call, list)).unwrap();
    assert_eq!(listed.items.len(), 1);
    assert_eq!(listed.items[0].approval_id.to_string(), theirs.run_id);
}

#[test]
fn a_bad_proposal_is_refused_with_every_fault_and_nothing_is_stored() {
    let sim = Sim::calm();
    let world = World::new(&sim);
    let bad = SpendProposal { amount: "1,5".into(), requester: "rita".into(), ..proposal() };
    let refused = refusal(sim.run(world.client.propose_spend(&world.call(), ProposeSpend { proposal: bad })));
    let Err(WorkflowError::Invalid { faults }) = refused else { panic!("{refused:?}") };
    assert_eq!(
        faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(),
        ["/amount", "/requester"]
    );
    let key = world.key.to_string();
    let own = SpendProposal { approvers: vec![key], quorum: None, ..proposal() };
    let refused = refusal(sim.run(world.client.propose_spend(&world.call(), ProposeSpend { proposal: own })));
    assert!(matches!(refused, Err(WorkflowError::Invalid { .. })), "who proposes does not decide");
    assert!(
        world.records.look(|records| records.due(contracts::Timestamp::from_unix_ms(u64::MAX), 9).is_empty())
    );
}
