//! The tenants' own rules: saved, tried, applied to events, and what they raised.
//!
//! What a rule raises has an id that follows from the rule, the event, the action and the signal, so that a step that is
//! tried again and an event that is replayed raise it once.

mod apply;
mod draft;
mod facts;
mod raised;
mod service;
mod try_out;

use std::rc::Rc;

pub(crate) use apply::{Applied, apply};
pub use service::RulesService;

use contracts::pipeline::rules::RuleError;

use crate::ports::{Clock, EventStore, Random, RuleStore, SignalStore, StoreError};

/// Rules of a tenant.
pub const MAX_RULES: u32 = 50;
/// What the rules of a tenant raise of one event at most. What is left out is noted on the rule.
pub const MAX_RAISED: usize = 100;
/// The longest silence after something was raised: a year, in hours.
pub const MAX_COOLDOWN_HOURS: u32 = 8_784;

/// What saving, trying and reading rules needs.
#[derive(Clone)]
pub struct RulePorts {
    /// Rules, and what they raised.
    pub rules: Rc<dyn RuleStore>,
    /// Events.
    pub events: Rc<dyn EventStore>,
    /// Their signals.
    pub signals: Rc<dyn SignalStore>,
    /// The wall clock.
    pub clock: Rc<dyn Clock>,
    /// For ids.
    pub random: Rc<dyn Random>,
}

fn unavailable(error: StoreError) -> RuleError {
    RuleError::Unavailable { detail: error.to_string() }
}
