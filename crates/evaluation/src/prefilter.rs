//! What the prefilter saves and what it costs, against sending every turn of every call to a model.

use domain::Finding;
use embedded::extraction::TurnRange;
use serde::Serialize;

use crate::corpus::Call;
use crate::score::{judge, overlap, ratio};

/// Counts over the calls of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Savings {
    /// Calls, and those of which no turn is sent on.
    pub calls: usize,
    /// Calls of which nothing is sent on.
    pub calls_skipped: usize,
    /// Turns of all calls.
    pub turns: usize,
    /// Turns that are sent on.
    pub turns_sent: usize,
    /// Characters (Unicode scalar values) of all turns.
    pub characters: usize,
    /// Characters that are sent on.
    pub characters_sent: usize,
    /// Labels of all calls.
    pub labels: usize,
    /// Labels that nothing sent on shows in any of their places: lost to whatever reads on.
    pub labels_lost: usize,
    /// Labels that this extractor finds when it is sent everything, and not when it is sent what the prefilter keeps.
    pub findings_lost: usize,
}

impl Savings {
    /// Adds a call, with what is found in the turns that are sent on and in all of them.
    pub fn add(&mut self, call: &Call, sent: &[TurnRange], found: &[Finding], found_in_all: &[Finding]) {
        let turns = &call.document.turns;
        let is_sent = |at: usize| sent.iter().any(|range| (range.start..range.end).contains(&at));
        self.calls += 1;
        self.calls_skipped += usize::from(sent.is_empty());
        self.turns += turns.len();
        self.labels += call.labels.len();
        for (at, turn) in turns.iter().enumerate() {
            let characters = call.document.turn_text(turn).chars().count();
            self.characters += characters;
            if is_sent(at) {
                self.turns_sent += 1;
                self.characters_sent += characters;
            }
        }
        for label in &call.labels {
            let shown = turns.iter().enumerate().any(|(at, turn)| {
                is_sent(at) && label.places.iter().any(|place| overlap(place, &(turn.start..turn.end)))
            });
            self.labels_lost += usize::from(!shown);
        }
        let count = |findings| judge(call, findings).0.values().map(|tally| tally.found).sum::<usize>();
        self.findings_lost += count(found_in_all).saturating_sub(count(found));
    }

    /// Shares of calls skipped, turns sent, characters sent, labels lost.
    #[must_use]
    pub fn shares(&self) -> [f64; 4] {
        [
            share(self.calls_skipped, self.calls),
            share(self.turns_sent, self.turns),
            share(self.characters_sent, self.characters),
            share(self.labels_lost, self.labels),
        ]
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { ratio(part, whole) }
}
