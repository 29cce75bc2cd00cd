//! When a job fires, what is on record of each time that its schedule names, and when a failed run is tried again.
//!
//! All times are Unix milliseconds.

mod alarm;
mod alert;
mod backfill;
mod heartbeat;
mod ledger;
mod limits;
mod part;
mod policy;
mod retry;
mod scan;

pub use alarm::AlarmHealth;
pub use alert::{Alert, AlertState, Ending, MAX_ALERT_AFTER};
pub use backfill::{Cut, Filling, OnRecord, Piece, fill};
pub use heartbeat::{
    GraceError, MAX_GRACE_MS, MAX_MESSAGE_CHARS, MIN_GRACE_MS, checked_grace, counts_early, may_be_early,
    ping_due_ms,
};
pub use ledger::{Change, Entry, Open, Position, Settlement, Steps, Verdict, settle, wake_ms};
pub use limits::{
    IntervalError, MAX_INTERVAL_MS, MAX_JITTER_MS, MAX_TIME_MS, MIN_INTERVAL_MS, TimeError, checked_interval,
    checked_time,
};
pub use part::{JOBS_A_PART, MAX_PARTS, marked, part_of};
pub use policy::{Misfire, Overlap, Policy};
pub use retry::{MAX_ATTEMPTS, MAX_RETRY_DELAY_MS, Retry, RetryError, spread};
pub use scan::{Fault, Recorded, ledger_faults};
