//! What must be true of a budget, kept beside it in the plainest way: every call, added up anew for every question.

use std::collections::BTreeMap;

use contracts::pipeline::budget::{BudgetLimit, BudgetSelector, BudgetUnit, BudgetWindow, HoldReason};

const MINUTE_MS: u64 = 60_000;
const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Open,
    Expired,
    Settled { nanos: u64, tokens: u64 },
    Released,
}

#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) at_ms: u64,
    pub(crate) expires_ms: u64,
    pub(crate) key: String,
    pub(crate) models: Vec<String>,
    pub(crate) took_of: String,
    pub(crate) bound_nanos: u64,
    pub(crate) bound_tokens: u64,
    pub(crate) state: State,
}

#[derive(Default)]
pub(crate) struct Mirror {
    pub(crate) limits: Vec<BudgetLimit>,
    pub(crate) calls: BTreeMap<String, Seen>,
}

impl Seen {
    fn bound(&self, unit: BudgetUnit) -> u64 {
        match unit {
            BudgetUnit::Money => self.bound_nanos,
            BudgetUnit::Tokens => self.bound_tokens,
            BudgetUnit::Requests => 1,
        }
    }

    pub(crate) fn charged(&self, unit: BudgetUnit) -> u64 {
        match (self.state, unit) {
            (State::Open | State::Released, _) => 0,
            (State::Expired, unit) => self.bound(unit),
            (State::Settled { nanos, .. }, BudgetUnit::Money) => nanos,
            (State::Settled { tokens, .. }, BudgetUnit::Tokens) => tokens,
            (State::Settled { .. }, BudgetUnit::Requests) => 1,
        }
    }
}

impl Mirror {
    pub(crate) fn expire(&mut self, now_ms: u64) {
        for call in self.calls.values_mut() {
            if call.state == State::Open && call.expires_ms <= now_ms {
                call.state = State::Expired;
            }
        }
    }

    pub(crate) fn charged(&self, unit: BudgetUnit) -> u64 {
        self.calls.values().map(|call| call.charged(unit)).sum()
    }

    /// Taken and held in a limit's window, of a key and a model where it tells them apart.
    fn used(&self, limit: &BudgetLimit, key: &str, model: &str, now_ms: u64) -> (u64, u64) {
        let window_ms = match limit.window {
            BudgetWindow::Minute => MINUTE_MS,
            BudgetWindow::Day => DAY_MS,
            BudgetWindow::Month => unreachable!("no scenario has one"),
        };
        let all_keys = limit.key == BudgetSelector::All;
        let all_models = limit.model == BudgetSelector::All;
        let (mut spent, mut held) = (0, 0);
        for call in self.calls.values() {
            if call.at_ms / window_ms != now_ms / window_ms || !(all_keys || call.key == key) {
                continue;
            }
            if all_models || call.took_of == model {
                spent += call.charged(limit.unit);
            }
            if call.state == State::Open && (all_models || call.models.iter().any(|of| of == model)) {
                held += call.bound(limit.unit);
            }
        }
        (spent, held)
    }

    /// Why a call does not fit, the longest wait first; none where it fits.
    pub(crate) fn judge(&self, wanted: &Seen, now_ms: u64) -> Option<HoldReason> {
        let mut reasons = Vec::new();
        for limit in &self.limits {
            if matches!(&limit.key, BudgetSelector::Only(key) if *key != wanted.key) {
                continue;
            }
            let models: Vec<&str> = match &limit.model {
                BudgetSelector::All => vec![""],
                BudgetSelector::Each => wanted.models.iter().map(String::as_str).collect(),
                BudgetSelector::Only(model) if wanted.models.contains(model) => vec![model],
                BudgetSelector::Only(_) => vec![],
            };
            let bound = wanted.bound(limit.unit);
            for model in models {
                let (spent, held) = self.used(limit, &wanted.key, model, now_ms);
                reasons.push(match limit.window {
                    _ if bound > limit.most => HoldReason::TooLarge,
                    BudgetWindow::Minute if spent + bound > limit.most => HoldReason::Window,
                    _ if spent + bound > limit.most => HoldReason::Spent,
                    _ if spent + held + bound > limit.most => HoldReason::Held,
                    _ => continue,
                });
            }
        }
        let longest = [HoldReason::TooLarge, HoldReason::Spent, HoldReason::Window, HoldReason::Held];
        longest.into_iter().find(|reason| reasons.contains(reason))
    }
}
