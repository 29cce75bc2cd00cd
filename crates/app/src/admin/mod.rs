//! What the admin Worker does: asks how the others are, and shows the mesh that it is alive itself.

mod check_up;
mod report;

pub use check_up::{Checkup, Condition, PATIENCE_MS, check_up};
pub use report::{Build, SERVICE, beat, report};
