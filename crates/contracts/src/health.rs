//! What every Worker says of itself.

use crate::ServiceCall;

/// Every Worker's `Health` entrypoint; anyone in the mesh may bind it.
#[mesh::service(contract = "../../contracts/Health.json")]
pub trait Health {
    /// Looks at what the Worker itself needs (its stores) and reports.
    #[mesh(idempotent)]
    async fn check_health(
        &self,
        context: &ServiceCall,
        request: CheckHealth,
    ) -> Result<HealthReport, NeverRefused>;
}

/// Asks for a report.
#[mesh::message]
#[derive(Debug, Clone, Default)]
pub struct CheckHealth {}

/// A Worker's report of itself.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct HealthReport {
    /// The Worker's name, such as `pipeline`.
    pub service: String,
    /// The build's version.
    pub version: String,
    /// The id of the deployed version, where the platform gives one.
    #[serde(default)]
    pub deployment: Option<String>,
    /// Every contract that it serves.
    pub contracts: Vec<ContractInfo>,
    /// Its stores and what came of touching each.
    pub dependencies: Vec<Dependency>,
    /// Counts an operator wants to see, such as `outbox`.
    #[serde(default)]
    pub gauges: Vec<Gauge>,
}

impl HealthReport {
    /// Whether every dependency answered.
    #[must_use]
    pub fn is_healthy(&self) -> bool {
        self.dependencies.iter().all(|dependency| dependency.error.is_none())
    }

    /// The contracts in one line, such as `Intake@0123456789abcdef Tasks@…`.
    #[must_use]
    pub fn contract_line(&self) -> String {
        let parts: Vec<String> =
            self.contracts.iter().map(|c| format!("{}@{}", c.name, c.fingerprint)).collect();
        parts.join(" ")
    }
}

/// One contract that a Worker serves.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContractInfo {
    /// The service trait's name.
    pub name: String,
    /// Its fingerprint, 16 hexadecimal digits.
    pub fingerprint: String,
}

impl ContractInfo {
    /// The info of contract `C`.
    #[must_use]
    pub fn of<C: mesh::Contract>() -> Self {
        Self { name: C::NAME.into(), fingerprint: C::FINGERPRINT.to_string() }
    }
}

/// One store that a Worker needs.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dependency {
    /// The binding's name.
    pub name: String,
    /// What went wrong, for operators; none when it answered.
    #[serde(default)]
    pub error: Option<String>,
}

/// One count.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Gauge {
    /// Such as `outbox`.
    pub name: String,
    /// Its value now.
    pub value: f64,
}

/// A health check is never refused: trouble is part of the report.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("never refused")]
pub enum NeverRefused {}
