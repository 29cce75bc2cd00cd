//! What a tenant may spend on models: the tenant's own object holds and settles, everybody else asks it.

mod book;
mod convert;
mod model_budget;
mod object;
mod policy;
mod quote;
mod removal;
mod report;
mod service;
mod standing;

pub use model_budget::ObjectBudget;
pub use object::{BudgetObject, BudgetPorts};
pub use policy::{KnownPolicies, ObjectPolicies};
pub use removal::BudgetEraser;
pub use service::{BudgetsService, read_standing};

/// How long a call holds its bound where nobody tells how it ended, in milliseconds: longer than any stream lasts.
/// A quarter of an hour.
pub const HOLD_MS: u64 = 15 * 60 * 1_000;
/// How long a call that has ended is known, in milliseconds: a settlement may come as late. Two days.
pub const CALLS_KEPT_MS: u64 = 2 * 24 * 60 * 60 * 1_000;
/// The most models that may answer one call.
pub const MOST_MODELS: usize = 16;
/// How long spending gathers before usage is told, in milliseconds.
pub const GATHERED_MS: u64 = 2_000;
