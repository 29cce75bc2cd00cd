//! Drafts and what is wrong with them.

use super::*;

const KEY: &str = "key_0199f4c2a9b87c3e8d1f2a3b4c5d6e7f";

fn draft() -> Draft {
    let texts = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let line = |amount: &str| DraftLine { description: "Seats".into(), amount: amount.into() };
    Draft {
        title: "Forty seats".into(),
        justification: None,
        amount: "1250.00".into(),
        currency: "EUR".into(),
        lines: vec![line("1000"), line("250.00")],
        requester: "Rita@acme.example".into(),
        approvers: texts(&["Bob@acme.example ", "carol@acme.example"]),
        quorum: Some(1),
        expires_after_s: 86_400,
        escalations: vec![DraftEscalation { after_s: 3_600, approvers: texts(&["dan@acme.example", KEY]) }],
    }
}

fn pointers(change: impl FnOnce(&mut Draft)) -> Vec<String> {
    let mut changed = draft();
    change(&mut changed);
    let faults = Proposal::check(changed, Some("key_0199f4c2a9b87c3e8d1f2a3b4c5d6eff"));
    faults.err().unwrap_or_default().into_iter().map(|fault| fault.pointer).collect()
}

#[test]
fn a_good_draft_is_a_proposal_with_plain_names_and_all_approve_unless_it_says() {
    let proposal = Proposal::check(draft(), None).unwrap();
    assert_eq!(proposal.requester, "rita@acme.example");
    assert_eq!(proposal.approvers, ["bob@acme.example", "carol@acme.example"]);
    assert_eq!(proposal.asked(0).count(), 2);
    assert_eq!(proposal.asked(1).last(), Some(KEY));
    let unanimous = Proposal::check(Draft { quorum: None, ..draft() }, None).unwrap();
    assert_eq!(unanimous.quorum, 2);
}

#[test]
fn each_fault_is_pointed_at() {
    let check = |change: fn(&mut Draft), expect: &[&str]| assert_eq!(pointers(change), expect);
    check(|_| {}, &[]);
    check(|draft| draft.amount = "12.345".into(), &["/amount"]);
    check(|draft| draft.currency = "euro".into(), &["/currency"]);
    check(|draft| draft.lines[1].amount = "251".into(), &["/lines"]);
    check(|draft| draft.lines[1].amount = "x".into(), &["/lines/1/amount"]);
    check(|draft| draft.lines = vec![DraftLine::default(); 101], &["/lines"]);
    check(|draft| draft.lines.clear(), &[]);
    check(|draft| draft.requester = "rita".into(), &["/requester"]);
    check(|draft| draft.approvers.clear(), &["/approvers"]);
    check(|draft| draft.approvers[1] = "carol@acme".into(), &["/approvers/1"]);
    check(|draft| draft.approvers[1] = "RITA@acme.example".into(), &["/approvers/1"]);
    check(|draft| draft.approvers[1] = "bob@acme.example".into(), &["/approvers/1"]);
    check(|draft| draft.approvers[0] = "key_0199f4c2a9b87c3e8d1f2a3b4c5d6eff".into(), &["/approvers/0"]);
    check(|draft| draft.quorum = Some(0), &["/quorum"]);
    check(|draft| draft.quorum = Some(3), &["/quorum"]);
    check(|draft| draft.expires_after_s = 59, &["/expires_in", "/escalations/0/after"]);
    check(|draft| draft.expires_after_s = LONGEST_S + 1, &["/expires_in"]);
    check(|draft| draft.escalations[0].after_s = 0, &["/escalations/0/after"]);
    check(|draft| draft.escalations[0].after_s = 86_400, &["/escalations/0/after"]);
    check(
        |draft| draft.escalations.push(draft.escalations[0].clone()),
        &["/escalations/1/after", "/escalations/1/approvers/0", "/escalations/1/approvers/1"],
    );
    check(|draft| draft.escalations[0].approvers.clear(), &["/escalations/0/approvers"]);
    check(|draft| draft.escalations = vec![DraftEscalation::default(); 6], &["/escalations"]);
    check(|draft| draft.approvers = (0..51).map(|n| format!("p{n}@acme.example")).collect(), &["/approvers"]);
}
