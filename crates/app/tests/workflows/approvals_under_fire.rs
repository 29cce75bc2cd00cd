//! What holds of a proposal whatever breaks: processes stop at every write, stores lose answers, calls and events come
//! twice, late or not at all.

use std::time::Duration;

use contracts::pipeline::workflows::{
    ApprovalError, GetApproval, ProposeSpend, ReviseApproval, SpendProposal, WorkflowError,
};
use domain::approval::{ApprovalStatus, Choice};
use domain::workflow::RunStatus;
use ids::ApprovalId;
use mesh_sim::{Sim, Simulation};

use crate::approvals::{decision, proposal};
use crate::world::{World, answered};

const HOUR: Duration = Duration::from_secs(3_600);

fn down(error: &ApprovalError) -> bool {
    matches!(error, ApprovalError::Unavailable { .. })
}

fn propose(world: &World<'_>, key: &str) -> ApprovalId {
    let ask = || {
        let call = world.call().with_idempotency_key(key);
        world.sim.run(world.client.propose_spend(&call, ProposeSpend { proposal: proposal() }))
    };
    let started = answered(ask, |error| matches!(error, WorkflowError::Unavailable { .. })).unwrap();
    started.run_id.parse().unwrap()
}

fn shown(world: &World<'_>, id: ApprovalId) -> String {
    let ask = || world.sim.run(world.client.get_approval(&world.call(), GetApproval { approval_id: id }));
    answered(ask, down).unwrap().approval.content_hash
}

fn decide(
    world: &World<'_>,
    id: ApprovalId,
    who: &str,
    choice: &str,
    hash: &str,
) -> Result<(), ApprovalError> {
    let ask = || {
        let request = decision(id, who, choice, Some(hash.to_owned()));
        world.sim.run(world.client.decide_approval(&world.call(), request))
    };
    answered(ask, down).map(drop)
}

/// Four proposals: one approved after a revision, one rejected, one that only its escalation approves, and one that
/// nobody looks at.
fn office(sim: &Sim) {
    let world = World::new(sim);
    let [revised, rejected, escalated, forgotten] = ["a", "b", "c", "d"].map(|key| propose(&world, key));

    let first = shown(&world, revised);
    decide(&world, revised, "bob", "approve", &first).unwrap();
    let dearer = SpendProposal { amount: "9".into(), lines: Vec::new(), ..proposal() };
    let revise = || {
        let request = ReviseApproval { approval_id: revised, proposal: dearer.clone() };
        sim.run(world.client.revise_approval(&world.call(), request))
    };
    let second = answered(revise, down).unwrap().content_hash;
    assert!(matches!(
        decide(&world, revised, "carol", "approve", &first),
        Err(ApprovalError::Changed { .. })
    ));
    decide(&world, revised, "carol", "approve", &second).unwrap();
    decide(&world, revised, "bob", "approve", &second).unwrap();
    decide(&world, rejected, "carol", "reject", &shown(&world, rejected)).unwrap();
    decide(&world, escalated, "bob", "approve", &shown(&world, escalated)).unwrap();
    for _ in 0..4 {
        sim.run_for(HOUR);
        world.sweep();
    }
    decide(&world, escalated, "dan", "approve", &shown(&world, escalated)).unwrap();
    for _ in 0..40 {
        sim.run_for(HOUR);
        world.sweep();
    }
    sim.settle();

    for (id, status, decisions, escalations) in [
        (revised, ApprovalStatus::Approved, 3, 0),
        (rejected, ApprovalStatus::Rejected, 1, 0),
        (escalated, ApprovalStatus::Approved, 2, 1),
        (forgotten, ApprovalStatus::Expired, 0, 1),
    ] {
        world.records.look(|records| {
            let row = records.approval(world.tenant, id).expect("it is on record");
            assert_eq!(row.status, status, "{id}");
            assert_eq!(records.decisions(world.tenant, id).len(), decisions, "{id}: nothing lost or doubled");
            let history = records.history(world.tenant, id);
            let count = |action: &str| history.iter().filter(|line| line.action == action).count();
            assert_eq!(count("proposed"), 1, "{id}");
            assert_eq!(count("concluded"), 1, "{id}: concluded once");
            assert_eq!(count("decided"), decisions, "{id}: each decision is told once");
            assert_eq!(count("escalated"), escalations, "{id}");
            assert_eq!(row.version as usize, history.len(), "{id}: each change has its line");
            let run = records.run(world.tenant, &id.to_string()).expect("its run is on record");
            assert_eq!(run.status, RunStatus::Completed, "{id}: {:?}", run.error);
            assert!(run.output.is_some_and(|output| output.contains(status.as_str())), "{id}");
        });
    }
    world.records.look(|records| {
        let now = records.approval(world.tenant, revised).expect("it is on record");
        let voted = records.decisions(world.tenant, revised);
        let current = voted.iter().filter(|decision| decision.revision == 2);
        assert!(current.clone().all(|decision| decision.content_hash == now.content.content_hash));
        assert_eq!(current.filter(|decision| decision.choice == Choice::Approve).count(), 2);
    });
}

#[test]
fn approvals_hold_under_hundreds_of_seeds() {
    Simulation::seeds(0..300).run(office);
}

#[test]
fn approvals_hold_wherever_a_process_stops() {
    let tried = Simulation::every_crash(office);
    assert!(tried.runs > 100, "{tried:?}");
}
