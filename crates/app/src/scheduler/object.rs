//! What a tenant's object answers: several services, each for a kind of caller.

use async_trait::async_trait;
use contracts::scheduler::{
    HeartbeatsContract, HeartbeatsDispatch, JobsContract, JobsDispatch, UpkeepContract, UpkeepDispatch,
};
use mesh::{Contract, Dispatch, Fingerprint, Incoming, Message};

use super::{TenantHeartbeats, TenantJobs, TenantUpkeep};

/// The services of a tenant's object as one: their methods, in order.
#[derive(Debug)]
pub struct ScheduleContract;

const JOBS: &[&str] = JobsContract::METHODS;
const HEARTBEATS: &[&str] = HeartbeatsContract::METHODS;
const UPKEEP: &[&str] = UpkeepContract::METHODS;

const METHODS: [&str; JOBS.len() + HEARTBEATS.len() + UPKEEP.len()] = {
    let mut methods = [""; JOBS.len() + HEARTBEATS.len() + UPKEEP.len()];
    let mut at = 0;
    while at < methods.len() {
        methods[at] = if at < JOBS.len() {
            JOBS[at]
        } else if at < JOBS.len() + HEARTBEATS.len() {
            HEARTBEATS[at - JOBS.len()]
        } else {
            UPKEEP[at - JOBS.len() - HEARTBEATS.len()]
        };
        at += 1;
    }
    methods
};

impl Contract for ScheduleContract {
    const NAME: &'static str = "TenantSchedule";
    const METHODS: &'static [&'static str] = &METHODS;
    /// Callers have the clients of the services themselves, which know.
    const IDEMPOTENT: &'static [&'static str] = &[];
    const FINGERPRINT: Fingerprint = Fingerprint(
        JobsContract::FINGERPRINT.0
            ^ UpkeepContract::FINGERPRINT.0.rotate_left(1)
            ^ HeartbeatsContract::FINGERPRINT.0.rotate_left(2),
    );
}

/// Hands each call to its service; holds the object that they are of.
pub struct ScheduleDispatch<O> {
    /// The object.
    pub object: O,
    jobs: JobsDispatch<TenantJobs>,
    heartbeats: HeartbeatsDispatch<TenantHeartbeats>,
    upkeep: UpkeepDispatch<TenantUpkeep>,
}

impl<O> ScheduleDispatch<O> {
    /// Over the services of an object.
    pub fn new(object: O, jobs: TenantJobs, upkeep: TenantUpkeep) -> Self {
        let heartbeats = HeartbeatsDispatch(TenantHeartbeats(jobs.clone()));
        Self { object, jobs: JobsDispatch(jobs), heartbeats, upkeep: UpkeepDispatch(upkeep) }
    }
}

#[async_trait(?Send)]
impl<O> Dispatch for ScheduleDispatch<O> {
    fn methods(&self) -> &'static [&'static str] {
        ScheduleContract::METHODS
    }

    async fn dispatch(&self, call: Incoming<'_>) -> Message {
        if UPKEEP.contains(&call.method) {
            return self.upkeep.dispatch(call).await;
        }
        match HEARTBEATS.contains(&call.method) {
            true => self.heartbeats.dispatch(call).await,
            false => self.jobs.dispatch(call).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_services_of_the_object_have_a_method_of_the_same_name() {
        let names: BTreeSet<_> = METHODS.iter().collect();
        assert_eq!(names.len(), JOBS.len() + HEARTBEATS.len() + UPKEEP.len());
        assert!(!names.contains(&""));
    }
}
