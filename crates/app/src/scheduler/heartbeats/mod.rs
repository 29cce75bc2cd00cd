//! Heartbeats: jobs that do nothing but expect to be pinged.
//!
//! A time that comes gets its run as any other's, which stays pending until a ping settles it or its grace is over. All of
//! it happens in one object and without waiting, so that a ping, the runs that it settles and what the job keeps of it are
//! one write.

mod judge;
mod ping;
mod router;
mod service;

pub(super) use judge::{JUDGED, due_at, judge};
pub use router::HeartbeatsRouter;
pub use service::TenantHeartbeats;

use contracts::scheduler::{AlertPolicy, PingSecret, Policy, Task};

use super::SchedulePorts;
use crate::ports::HeartbeatState;

/// Whether a task is to be pinged.
pub(super) const fn is_heartbeat(task: &Task) -> bool {
    matches!(task, Task::Heartbeat { .. })
}

/// What a new job keeps of pings; nothing where it is no heartbeat.
pub(super) fn fresh(ports: &SchedulePorts, task: &Task) -> Option<HeartbeatState> {
    let state =
        HeartbeatState { secret: secret(ports), early: None, began_at: None, last: None, counted: None };
    is_heartbeat(task).then_some(state)
}

fn secret(ports: &SchedulePorts) -> PingSecret {
    let mut bytes = [0; 16];
    ports.random.fill(&mut bytes);
    PingSecret::new(hex::encode(bytes))
}

/// A heartbeat that does not say when it wants to be told tells of the first time that nobody pinged: that is what it is
/// for.
pub(super) fn alerting(task: &Task, policy: Policy) -> Policy {
    let usual = is_heartbeat(task).then_some(AlertPolicy { after: 1 });
    Policy { alert: policy.alert.or(usual), ..policy }
}
