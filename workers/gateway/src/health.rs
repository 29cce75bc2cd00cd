//! How this Worker is, for whoever may ask it over RPC.

use std::rc::Rc;

use app::ports::ControlStore;
use async_trait::async_trait;
use contracts::ServiceCall;
use contracts::health::{
    CheckHealth, ContractInfo, Dependency, Health, HealthContract, HealthReport, NeverRefused,
};

use crate::exchange::SERVICE;

/// The gateway's account of itself.
pub struct HealthService {
    /// What it cannot do without.
    pub control: Rc<dyn ControlStore>,
    /// The control store's name.
    pub control_name: &'static str,
    /// The platform's id of the deployed version, where there is one.
    pub deployment: Option<String>,
}

#[async_trait(?Send)]
impl Health for HealthService {
    async fn check_health(&self, _: &ServiceCall, _: CheckHealth) -> Result<HealthReport, NeverRefused> {
        // Whether there is such a row does not matter: the answer comes from the database.
        let touched = self.control.heartbeat(SERVICE).await;
        Ok(HealthReport {
            service: SERVICE.into(),
            version: env!("CARGO_PKG_VERSION").into(),
            deployment: self.deployment.clone(),
            contracts: vec![ContractInfo::of::<HealthContract>()],
            dependencies: vec![Dependency {
                name: self.control_name.into(),
                error: touched.err().map(|error| error.to_string()),
            }],
            gauges: Vec::new(),
        })
    }
}
