//! `GET /healthz`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Whether the gateway and the services behind it answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// `ok` when every service is; else `degraded`, and the answer is a 503.
    pub status: HealthStatus,
    /// The gateway's version.
    #[schema(example = "0.1.0")]
    pub version: String,
    /// The services behind the gateway, by name.
    pub services: BTreeMap<String, ServiceHealth>,
}

impl Health {
    /// The health that follows from the services': `ok` if all that were asked are.
    #[must_use]
    pub fn new(version: impl Into<String>, services: BTreeMap<String, ServiceHealth>) -> Self {
        let fine = services.values().all(|service| !service.status.is_fault());
        let status = if fine { HealthStatus::Ok } else { HealthStatus::Degraded };
        Self { status, version: version.into(), services }
    }

    /// The HTTP status of the answer: 200, or 503 when a service is not well.
    #[must_use]
    pub const fn http_status(&self) -> u16 {
        if self.status.is_fault() { 503 } else { 200 }
    }
}

/// How a part is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthStatus {
    /// It answers, and so does what it needs.
    Ok,
    /// It answers, but something that it needs does not.
    Degraded,
    /// It does not answer.
    Down,
    /// It is not asked, leaves signs of life, and the last one is minutes old. Nothing here depends on it.
    Stale,
    /// It is not asked, and left no sign of life yet. Nothing here depends on it.
    Unknown,
}

impl HealthStatus {
    /// Whether what is so fails those who depend on it.
    #[must_use]
    pub const fn is_fault(self) -> bool {
        match self {
            Self::Ok | Self::Stale | Self::Unknown => false,
            Self::Degraded | Self::Down => true,
        }
    }
}

/// How a service behind the gateway is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct ServiceHealth {
    /// How it is.
    pub status: HealthStatus,
    /// How long it took to answer, in milliseconds; for a service that is not asked, to find its last sign of life.
    #[schema(example = 3)]
    pub latency_ms: u32,
    /// The contracts that it serves, each with its fingerprint; `null` when it did not answer.
    #[schema(required, example = "Intake@6f1ed002ab559585 Tasks@9b1a0c1d2e3f4a5b")]
    pub contract: Option<String>,
    /// The version that runs; absent when it did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "0.1.0")]
    pub version: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_service_down_makes_the_whole_degraded_and_503() {
        let service = |status| ServiceHealth { status, latency_ms: 1, contract: None, version: None };
        let check = |statuses: &[HealthStatus], expect: (HealthStatus, u16)| {
            let services =
                statuses.iter().enumerate().map(|(n, status)| (n.to_string(), service(*status))).collect();
            let health = Health::new("1", services);
            assert_eq!((health.status, health.http_status()), expect, "{statuses:?}");
        };
        check(&[HealthStatus::Ok, HealthStatus::Ok], (HealthStatus::Ok, 200));
        check(&[HealthStatus::Ok, HealthStatus::Down], (HealthStatus::Degraded, 503));
        check(&[HealthStatus::Degraded], (HealthStatus::Degraded, 503));
        check(&[HealthStatus::Ok, HealthStatus::Stale, HealthStatus::Unknown], (HealthStatus::Ok, 200));
    }
}
