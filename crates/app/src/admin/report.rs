//! How the admin Worker itself is, and its sign of life: no Worker may call it, so it leaves word.

use contracts::health::{ContractInfo, Dependency, HealthContract, HealthReport};

use crate::ports::{Clock, ControlStore, Heartbeat, StoreError};

/// The admin Worker's name.
pub const SERVICE: &str = "admin";

/// Which build runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Build {
    /// The build's version.
    pub version: &'static str,
    /// The platform's id of the deployed version, where there is one.
    pub deployment: Option<String>,
}

/// Leaves a sign of life in the control store, by which the gateway knows that the admin Worker runs.
///
/// # Errors
/// [`StoreError`] when the store did not take it.
pub async fn beat(control: &dyn ControlStore, clock: &dyn Clock, build: &Build) -> Result<(), StoreError> {
    let heartbeat = Heartbeat {
        service: SERVICE.into(),
        version: build.version.into(),
        contract: report(build, Vec::new()).contract_line(),
        seen_at: clock.now(),
    };
    control.put_heartbeat(&heartbeat).await
}

/// The admin Worker's report of itself, given what came of touching its dependencies.
///
/// It serves nobody over RPC. The contract that it names is the one in which it asks the others, so that a skew
/// between it and them shows.
#[must_use]
pub fn report(build: &Build, dependencies: Vec<Dependency>) -> HealthReport {
    HealthReport {
        service: SERVICE.into(),
        version: build.version.into(),
        deployment: build.deployment.clone(),
        contracts: vec![ContractInfo::of::<HealthContract>()],
        dependencies,
        gauges: Vec::new(),
    }
}
