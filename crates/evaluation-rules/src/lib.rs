//! A tenant's own rules over signals: what they may say, and what follows from them.
//!
//! A rule's condition and the computed parts of its actions are [JSON logic](https://jsonlogic.com). The language itself
//! compares anything with anything and answers `null` for a misspelled name, so a rule is **checked when it is saved**:
//! every operator, every fact it reads and the types of both. What the checker accepts evaluates without an error, within
//! a known amount of work; a property test holds the two together.
//!
//! This crate knows no store, no clock and no workflow: what workflows take is handed in as [`WorkflowShape`]s.

mod actions;
mod check;
mod evaluate;
mod facts;
mod operators;
mod rule;
mod shape;
mod types;

pub use actions::{Action, Severity};
pub use evaluate::{EvaluationError, Match, Raised, evaluate};
pub use facts::{EventFacts, Facts, SignalFacts};
pub use rule::{Rule, Scope, check};
pub use shape::{Member, Shape, WorkflowShape};

/// How deeply expressions may be nested.
pub const MOST_DEPTH: usize = 20;
/// Values, operators and lists of one expression, all told.
pub const MOST_NODES: usize = 500;
/// Actions of a rule.
pub const MOST_ACTIONS: usize = 10;
/// Signals of an event, which bounds every loop over them.
pub const MOST_SIGNALS: usize = 500;
