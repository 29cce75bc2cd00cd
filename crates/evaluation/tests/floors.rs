//! Extraction holds what it has reached: floors a little below the figures of `cargo xtask eval extract`.
//!
//! They may rise. A change that falls below one has made extraction worse, or new calls have shown what it cannot do:
//! then the figures in `docs/extraction.md` change with the floor. Of held-out calls no text is ever printed.

use embedded::extraction::{extract, prefilter};
use evaluation::{
    corpus::{self, Group},
    report::{GroupReport, measure},
};

/// Measures a group and holds it to an F1, and its prefilter to sending on less than everything and losing few labels.
fn hold(group: Group, fewest_labels: usize, f1: f64, lost: f64) -> GroupReport {
    let report = measure(group, true, &extract).expect("the calls can be read");
    let table = serde_json::to_string_pretty(&report).expect("a report is JSON");
    assert!(report.all.labeled >= fewest_labels, "the {} calls have shrunk\n{table}", group.as_str());
    assert!(report.all.f1 >= f1, "the {} calls shall reach an F1 of {f1}\n{table}", group.as_str());
    let [_, turns, characters, share] = report.prefilter.shares();
    assert!(turns < 0.72 && characters < 0.82 && share < lost, "{}: {:?}", group.as_str(), report.prefilter);
    report
}

#[test]
fn development_calls_hold_their_floor() {
    hold(Group::Development, 350, 0.9, 0.02);
}

#[test]
fn held_out_calls_hold_their_floor_and_show_nothing() {
    let report = hold(Group::HeldOut, 150, 0.68, 0.02);
    assert!(report.misses.is_empty());
}

#[test]
fn calls_with_nothing_in_them_are_mostly_left_out_altogether() {
    let report = measure(Group::Quiet, true, &extract).expect("the calls can be read");
    let savings = report.prefilter;
    assert!(savings.calls >= 12 && savings.calls_skipped * 2 >= savings.calls, "{savings:?}");
    assert!(savings.turns_sent * 2 < savings.turns, "{savings:?}");
    assert!(report.all.wrong * 3 <= report.calls, "{:?}", report.misses);
}

#[test]
fn a_call_with_nothing_of_interest_gives_next_to_nothing() {
    let calls = corpus::read(Group::Development).expect("the calls can be read");
    let quiet: Vec<_> = calls.iter().filter(|call| call.labels.is_empty()).collect();
    assert!(!quiet.is_empty(), "the corpus has no call without signals");
    let findings: usize =
        quiet.iter().map(|call| extract(&call.document, &prefilter(&call.document)).len()).sum();
    assert!(findings <= quiet.len(), "{findings} findings in {} calls of small talk", quiet.len());
}
