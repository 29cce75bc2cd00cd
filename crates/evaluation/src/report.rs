//! A group's figures: each kind's, all kinds' together, and the prefilter's.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::{Finding, SignalKind};
use embedded::extraction::{TurnRange, prefilter};
use serde::Serialize;
use transcript::Document;

use crate::corpus::{self, Group};
use crate::prefilter::Savings;
use crate::score::{Miss, Tally, judge};

/// A group, measured.
#[derive(Clone, Debug, Serialize)]
pub struct GroupReport {
    /// The group's name.
    pub group: &'static str,
    /// How many calls it has.
    pub calls: usize,
    /// The figures of each kind that is labeled or found.
    pub kinds: Vec<Row>,
    /// All kinds together: micro-averaged.
    pub all: Row,
    /// What the prefilter saves and costs.
    pub prefilter: Savings,
    /// What was missed or wrong, of development calls.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub misses: Vec<Miss>,
}

/// A line of the table.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// The kind, or `all`.
    pub kind: &'static str,
    /// See [`Tally`].
    pub labeled: usize,
    /// See [`Tally`].
    pub found: usize,
    /// See [`Tally`].
    pub wrong: usize,
    /// See [`Tally::precision`].
    pub precision: f64,
    /// See [`Tally::recall`].
    pub recall: f64,
    /// See [`Tally::f1`].
    pub f1: f64,
}

impl Row {
    fn new(kind: &'static str, tally: Tally) -> Self {
        let Tally { labeled, found, wrong } = tally;
        let (precision, recall, f1) = (tally.precision(), tally.recall(), tally.f1());
        Self { kind, labeled, found, wrong, precision, recall, f1 }
    }
}

/// Measures `extract`, behind the prefilter, on a group. `with_misses` has no effect on held-out calls.
///
/// # Errors
/// When the group's calls cannot be read.
pub fn measure(
    group: Group,
    with_misses: bool,
    extract: &dyn Fn(&Document, &[TurnRange]) -> Vec<Finding>,
) -> Result<GroupReport> {
    let calls = corpus::read(group)?;
    let mut tallies: BTreeMap<SignalKind, Tally> = BTreeMap::new();
    let mut savings = Savings::default();
    let mut misses = Vec::new();
    for call in &calls {
        let sent = prefilter(&call.document);
        let all = [TurnRange { start: 0, end: call.document.turns.len() }];
        let found = extract(&call.document, &sent);
        savings.add(call, &sent, &found, &extract(&call.document, &all));
        let (own, not_as_it_should_be) = judge(call, &found);
        for (kind, tally) in own {
            *tallies.entry(kind).or_default() += tally;
        }
        if with_misses && group == Group::Development {
            misses.extend(not_as_it_should_be);
        }
    }
    let mut total = Tally::default();
    tallies.values().for_each(|tally| total += *tally);
    Ok(GroupReport {
        group: group.as_str(),
        calls: calls.len(),
        kinds: tallies.into_iter().map(|(kind, tally)| Row::new(kind.as_str(), tally)).collect(),
        all: Row::new("all", total),
        prefilter: savings,
        misses,
    })
}
