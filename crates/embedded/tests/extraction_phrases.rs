//! Extraction, phrase by phrase: hundreds of ways to say a signal, and of things that only sound like one.
//!
//! A single rule may fail a phrase without harm, so the phrases are held to shares and not one by one. The shares say
//! nothing about unseen calls (`cargo xtask eval extract` does): the rules were written with these phrases in view.

use std::collections::BTreeSet;

use domain::SignalKind;
use embedded::extraction::{TurnRange, extract_by_rules};
use serde_json::json;
use transcript::normalize;

const PHRASES: &str = include_str!("extraction_phrases.txt");

/// The share of the kinds named beside the phrases that must be found.
const FOUND: f64 = 0.93;
/// The share of what is found that must be named there.
const RIGHT: f64 = 0.88;
/// The share of the decoys that must give nothing.
const QUIET: f64 = 0.90;

/// The kinds found in turns of the form `c: … // r: …`: `c` is a customer, `r` is our side.
fn kinds(turns: &str) -> BTreeSet<SignalKind> {
    let turns: Vec<_> = turns
        .split(" // ")
        .map(|turn| {
            let (who, text) = turn.split_once(": ").unwrap_or_else(|| panic!("no speaker in `{turn}`"));
            json!({"speaker": if who == "r" { "Rita Sellers" } else { "Cora Buyer" }, "text": text})
        })
        .collect();
    let range = TurnRange { start: 0, end: turns.len() };
    let payload = json!({"title": "Sellers and Buyer", "turns": turns, "participants": [
        {"name": "Rita Sellers", "side": "internal"}, {"name": "Cora Buyer", "side": "external"}]});
    let document = normalize("standard", payload.to_string().as_bytes()).expect("a document");
    extract_by_rules(&document, &[range]).into_iter().map(|finding| finding.kind).collect()
}

#[test]
fn phrases_are_heard_and_decoys_are_not() {
    let (mut named, mut heard, mut extra, mut decoys, mut quiet) = (0, 0, 0, 0, 0);
    let mut report = String::new();
    for line in PHRASES.lines().filter(|line| !line.starts_with('#')) {
        let (expect, turns) = line.split_once(" | ").unwrap_or_else(|| panic!("`{line}`"));
        let found = kinds(turns);
        let expect: BTreeSet<SignalKind> = expect
            .split(',')
            .filter(|kind| *kind != "-")
            .map(|kind| kind.parse().unwrap_or_else(|error| panic!("{error} in `{line}`")))
            .collect();
        if expect.is_empty() {
            decoys += 1;
            quiet += usize::from(found.is_empty());
        } else {
            named += expect.len();
            heard += expect.intersection(&found).count();
            extra += found.difference(&expect).count();
        }
        if found != expect {
            report += &format!("{line}\n    found {found:?}\n");
        }
    }
    assert!(named > 250 && decoys > 100, "{named} phrases and {decoys} decoys are too few");
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    assert!(share(heard, named) >= FOUND, "{heard} of {named} phrases heard\n{report}");
    assert!(share(heard, heard + extra) >= RIGHT, "{extra} findings beside {heard} expected\n{report}");
    assert!(share(quiet, decoys) >= QUIET, "{quiet} of {decoys} decoys gave nothing\n{report}");
}
