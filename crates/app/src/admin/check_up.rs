//! How a Worker is, found by asking it.

use contracts::ServiceCall;
use contracts::health::{CheckHealth, HealthClient, HealthReport};
use mesh::Transport;

use crate::ports::Clock;

/// How long a Worker may take to report, in milliseconds. A page that waits longer helps nobody in an outage.
pub const PATIENCE_MS: u64 = 3_000;

/// What came of asking one Worker.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkup {
    /// The Worker that was asked, such as `pipeline`.
    pub service: &'static str,
    /// How long it took to answer or to fail, in milliseconds.
    pub latency_ms: u64,
    /// What it said, or why it said nothing; for operators.
    pub outcome: Result<HealthReport, String>,
}

/// How a Worker, or the mesh, is. Ordered from well to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Condition {
    /// It answers, and so does all that it needs.
    Ok,
    /// It answers, and something that it needs does not.
    Degraded,
    /// It does not answer.
    Down,
}

impl Checkup {
    /// How the Worker is.
    #[must_use]
    pub fn condition(&self) -> Condition {
        match &self.outcome {
            Ok(report) if report.is_healthy() => Condition::Ok,
            Ok(_) => Condition::Degraded,
            Err(_) => Condition::Down,
        }
    }
}

impl Condition {
    /// How the mesh is whose Workers are as `checkups` say: well only if each is. It is never down as a whole, since
    /// somebody is there to ask.
    #[must_use]
    pub fn of_mesh(checkups: &[Checkup]) -> Self {
        let well = checkups.iter().all(|checkup| checkup.condition() == Self::Ok);
        if well { Self::Ok } else { Self::Degraded }
    }
}

/// Asks `service` over `transport`. Whatever goes wrong is part of the answer.
pub async fn check_up<T: Transport>(
    service: &'static str,
    transport: T,
    context: &ServiceCall,
    clock: &dyn Clock,
) -> Checkup {
    let asked_at = clock.now();
    let outcome = HealthClient::over(transport).check_health(context, CheckHealth {}).await;
    let latency_ms = clock.now().unix_ms().saturating_sub(asked_at.unix_ms());
    Checkup { service, latency_ms, outcome: outcome.map_err(|error| error.to_string()) }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::rc::Rc;

    use async_trait::async_trait;
    use contracts::health::{Dependency, Health, HealthDispatch, NeverRefused};
    use contracts::{ServiceScope, Timestamp};
    use futures_util::FutureExt;
    use mesh::loopback::{Loopback, Severed};
    use mesh::{CallContext, Deadline, TraceContext};

    use super::*;

    #[derive(Clone, Default)]
    struct Watch(Rc<Cell<u64>>);

    impl Clock for Watch {
        fn now(&self) -> Timestamp {
            Timestamp::from_unix_ms(self.0.get())
        }
    }

    /// Takes 7 ms to answer.
    struct Patient {
        watch: Watch,
        error: Option<&'static str>,
    }

    #[async_trait(?Send)]
    impl Health for Patient {
        async fn check_health(&self, _: &ServiceCall, _: CheckHealth) -> Result<HealthReport, NeverRefused> {
            self.watch.0.set(self.watch.0.get() + 7);
            Ok(HealthReport {
                service: "pipeline".into(),
                version: "1.2.3".into(),
                deployment: None,
                contracts: Vec::new(),
                dependencies: vec![Dependency { name: "DATA_DB".into(), error: self.error.map(Into::into) }],
                gauges: Vec::new(),
            })
        }
    }

    fn ask(transport: impl Transport, watch: &Watch) -> Checkup {
        let trace = TraceContext::from_random([3; 24]);
        let context =
            CallContext::new(ServiceScope {}, trace, Deadline::after(0, PATIENCE_MS), super::super::SERVICE);
        check_up("pipeline", transport, &context, watch).now_or_never().expect("loopback never waits")
    }

    fn patient(error: Option<&'static str>) -> Checkup {
        let watch = Watch::default();
        let clock = watch.clone();
        let service = HealthDispatch(Patient { watch: watch.clone(), error });
        ask(Loopback::new(service, move || clock.now().unix_ms()), &watch)
    }

    #[test]
    fn a_worker_is_as_its_report_says() {
        let well = patient(None);
        assert_eq!((well.condition(), well.latency_ms), (Condition::Ok, 7));
        assert_eq!(well.outcome.unwrap().version, "1.2.3");
        assert_eq!(patient(Some("no such table")).condition(), Condition::Degraded);
    }

    #[test]
    fn a_worker_that_gives_no_answer_is_down_and_the_reason_is_kept() {
        let checkup = ask(Severed::saying("the binding has no callable `check_health`"), &Watch::default());
        assert_eq!(checkup.condition(), Condition::Down);
        let reason = checkup.outcome.unwrap_err();
        assert!(reason.contains("`Health`") && reason.contains("no callable `check_health`"), "{reason}");
    }

    #[test]
    fn the_mesh_is_well_only_if_each_worker_is() {
        let (well, ill) = (patient(None), patient(Some("busy")));
        let dead = ask(Severed::saying("the binding has no callable `check_health`"), &Watch::default());
        let check = |checkups: &[Checkup], expect| assert_eq!(Condition::of_mesh(checkups), expect);
        check(&[well.clone(), well.clone()], Condition::Ok);
        check(&[well.clone(), ill], Condition::Degraded);
        check(&[dead, well], Condition::Degraded);
    }
}
