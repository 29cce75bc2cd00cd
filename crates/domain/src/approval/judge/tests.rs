//! Verdicts, by table and by property.

use proptest::prelude::*;

use super::super::{Draft, DraftEscalation};
use super::*;

const PEOPLE: [&str; 7] = [
    "a@x.example",
    "b@x.example",
    "c@x.example",
    "d@x.example",
    "e@x.example",
    "f@x.example",
    "stranger@x.example",
];

/// Three approvers from the start, two more after a minute, one more after two, ten minutes in all.
fn proposal(quorum: u32) -> Proposal {
    let people =
        |range: std::ops::Range<usize>| PEOPLE[range].iter().map(|name| (*name).to_owned()).collect();
    let draft = Draft {
        title: "Seats".into(),
        amount: "1".into(),
        currency: "EUR".into(),
        requester: "r@x.example".into(),
        approvers: people(0..3),
        quorum: Some(quorum),
        expires_after_s: 600,
        escalations: vec![
            DraftEscalation { after_s: 60, approvers: people(3..5) },
            DraftEscalation { after_s: 120, approvers: people(5..6) },
        ],
        ..Draft::default()
    };
    Proposal::check(draft, None).unwrap()
}

fn vote(person: usize, choice: Choice) -> Vote {
    Vote { approver: PEOPLE[person].to_owned(), choice }
}

#[test]
fn verdicts_follow_quorum_time_and_escalation() {
    use Choice::{Approve, Reject};
    let check = |quorum: u32, level: u32, votes: &[(usize, Choice)], now: u64, expect: Verdict| {
        let proposal = proposal(quorum);
        let standing = Standing { proposal: &proposal, asked_at: 1_000, level };
        let votes: Vec<_> = votes.iter().map(|(person, choice)| vote(*person, *choice)).collect();
        assert_eq!(judge(&standing, &votes, now), expect, "{quorum} {level} {votes:?} {now}");
    };
    check(2, 0, &[], 1_000, Verdict::Wait { until: 61_000 });
    check(2, 0, &[(0, Approve)], 60_999, Verdict::Wait { until: 61_000 });
    check(2, 0, &[(0, Approve)], 61_000, Verdict::Escalate { level: 1 });
    check(2, 1, &[(0, Approve)], 61_000, Verdict::Wait { until: 121_000 });
    check(2, 2, &[(0, Approve)], 200_000, Verdict::Wait { until: 601_000 });
    check(2, 2, &[(0, Approve)], 601_000, Verdict::Expired);
    check(2, 0, &[(0, Approve), (1, Approve)], 2_000, Verdict::Approved);
    check(2, 0, &[(0, Approve), (1, Approve)], 900_000, Verdict::Approved);
    check(2, 0, &[(0, Approve), (0, Approve)], 2_000, Verdict::Wait { until: 61_000 });
    check(2, 0, &[(0, Approve), (3, Approve)], 2_000, Verdict::Wait { until: 61_000 });
    check(2, 1, &[(0, Approve), (3, Approve)], 2_000, Verdict::Approved);
    check(2, 0, &[(0, Reject)], 2_000, Verdict::Wait { until: 61_000 });
    check(2, 0, &[(0, Reject), (1, Reject)], 2_000, Verdict::Rejected);
    check(3, 0, &[(2, Reject)], 2_000, Verdict::Rejected);
    check(1, 0, &[(0, Reject), (6, Approve)], 2_000, Verdict::Wait { until: 61_000 });
    check(1, 0, &[(0, Reject), (0, Approve)], 2_000, Verdict::Wait { until: 61_000 });
}

#[test]
fn only_those_who_are_asked_decide_and_only_in_time() {
    let proposal = proposal(2);
    let standing = |level| Standing { proposal: &proposal, asked_at: 1_000, level };
    assert_eq!(may_decide(&standing(0), PEOPLE[2], 2_000), Ok(()));
    assert_eq!(may_decide(&standing(0), PEOPLE[3], 2_000), Err(Refusal::NotAsked));
    assert_eq!(may_decide(&standing(1), PEOPLE[3], 2_000), Ok(()));
    assert_eq!(may_decide(&standing(2), PEOPLE[6], 2_000), Err(Refusal::NotAsked));
    assert_eq!(may_decide(&standing(0), PEOPLE[2], 601_000), Err(Refusal::Expired));
}

/// At most one vote a person, in any order.
fn votes() -> impl Strategy<Value = Vec<Vote>> {
    let choices = proptest::collection::vec(0..3_u8, PEOPLE.len());
    choices
        .prop_map(|choices| {
            let of = |(person, choice): (usize, u8)| match choice {
                0 => None,
                1 => Some(vote(person, Choice::Approve)),
                _ => Some(vote(person, Choice::Reject)),
            };
            choices.into_iter().enumerate().filter_map(of).collect::<Vec<_>>()
        })
        .prop_shuffle()
}

proptest! {
    #[test]
    fn the_order_of_decisions_makes_no_difference(
        votes in votes(), quorum in 1..=3_u32, level in 0..=2_u32, now in 1_000..700_000_u64,
    ) {
        let proposal = proposal(quorum);
        let standing = Standing { proposal: &proposal, asked_at: 1_000, level };
        let mut sorted = votes.clone();
        sorted.sort_by(|a, b| a.approver.cmp(&b.approver));
        prop_assert_eq!(judge(&standing, &votes, now), judge(&standing, &sorted, now));
    }

    #[test]
    fn an_approval_has_its_quorum_of_people_who_were_asked(
        votes in votes(), quorum in 1..=3_u32, level in 0..=2_u32, now in 1_000..700_000_u64,
    ) {
        let proposal = proposal(quorum);
        let standing = Standing { proposal: &proposal, asked_at: 1_000, level };
        let asked: Vec<_> = proposal.asked(level).collect();
        let of = |wanted: Choice| {
            votes.iter().filter(|vote| vote.choice == wanted && asked.contains(&vote.approver.as_str())).count() as u32
        };
        let verdict = judge(&standing, &votes, now);
        prop_assert_eq!(verdict == Verdict::Approved, of(Choice::Approve) >= quorum);
        let hopeless = asked.len() as u32 - of(Choice::Reject) < quorum;
        prop_assert_eq!(verdict == Verdict::Rejected, hopeless && of(Choice::Approve) < quorum);
    }

    #[test]
    fn whatever_is_decided_stays_decided_when_more_people_speak(
        votes in votes(), more in votes(), quorum in 1..=3_u32, level in 0..=2_u32,
    ) {
        let proposal = proposal(quorum);
        let standing = Standing { proposal: &proposal, asked_at: 1_000, level };
        let before = judge(&standing, &votes, 2_000);
        let mut all = votes.clone();
        all.extend(more);
        if matches!(before, Verdict::Approved | Verdict::Rejected) {
            prop_assert_eq!(judge(&standing, &all, 3_000), before);
        }
    }

    #[test]
    fn who_follows_the_verdicts_comes_to_an_end(votes in votes(), quorum in 1..=3_u32) {
        let proposal = proposal(quorum);
        let (mut level, mut now) = (0, 1_000);
        for _ in 0..6 {
            match judge(&Standing { proposal: &proposal, asked_at: 1_000, level }, &votes, now) {
                Verdict::Escalate { level: next } => {
                    prop_assert_eq!(next, level + 1);
                    level = next;
                }
                Verdict::Wait { until } => {
                    prop_assert!(until > now, "a wait leads on");
                    now = until;
                }
                _ => return Ok(()),
            }
        }
        prop_assert!(false, "it never ends");
    }
}
