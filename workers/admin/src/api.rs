//! What `GET /admin/api/health` answers.

use std::collections::BTreeMap;

use app::admin::{Checkup, Condition};
use contracts::Timestamp;
use serde::Serialize;
use serde_json::Number;

/// How the mesh is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MeshHealth {
    /// `ok` when every Worker is; else `degraded`.
    pub status: Status,
    /// The Workers by name.
    pub services: BTreeMap<&'static str, ServiceHealth>,
    /// When they were asked.
    pub generated_at: http_api::Timestamp,
}

/// How a part is. Ordered from well to worst.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It answers, and so does all that it needs.
    Ok,
    /// It answers, and something that it needs does not.
    Degraded,
    /// It does not answer.
    Down,
}

/// How one Worker is. What a Worker that is down did not say is `null` or empty.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ServiceHealth {
    /// How it is.
    pub status: Status,
    /// The version that runs.
    pub version: Option<String>,
    /// The platform's id of the deployed version; `null` where there is none, as on a laptop.
    pub deployment: Option<String>,
    /// The contracts in one line, such as `Intake@0123456789abcdef Tasks@…`.
    pub contract: Option<String>,
    /// The contracts one by one.
    pub contracts: Vec<Contract>,
    /// How long it took to answer, or to fail, in milliseconds.
    pub latency_ms: u64,
    /// What it needs.
    pub dependencies: Vec<DependencyHealth>,
    /// Counts, such as `outbox`.
    pub gauges: BTreeMap<String, Number>,
    /// Why it is down.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A contract and its fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contract {
    /// The service's name.
    pub name: String,
    /// 16 hexadecimal digits.
    pub fingerprint: String,
}

/// Something that a Worker needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DependencyHealth {
    /// Its name, mostly a binding's.
    pub name: String,
    /// `ok` or `down`.
    pub status: Status,
    /// What went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl MeshHealth {
    /// From what came of asking each Worker.
    #[must_use]
    pub fn new(checkups: Vec<Checkup>, generated_at: Timestamp) -> Self {
        Self {
            status: Condition::of_mesh(&checkups).into(),
            services: checkups.into_iter().map(|checkup| (checkup.service, checkup.into())).collect(),
            generated_at: http_api::Timestamp::from_unix_ms(generated_at.unix_ms()),
        }
    }
}

impl From<Condition> for Status {
    fn from(condition: Condition) -> Self {
        match condition {
            Condition::Ok => Self::Ok,
            Condition::Degraded => Self::Degraded,
            Condition::Down => Self::Down,
        }
    }
}

impl Status {
    /// The word in the JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Degraded => "degraded",
            Self::Down => "down",
        }
    }
}

impl From<Checkup> for ServiceHealth {
    fn from(checkup: Checkup) -> Self {
        let status = checkup.condition().into();
        let silent = Self {
            status,
            version: None,
            deployment: None,
            contract: None,
            contracts: Vec::new(),
            latency_ms: checkup.latency_ms,
            dependencies: Vec::new(),
            gauges: BTreeMap::new(),
            error: None,
        };
        let report = match checkup.outcome {
            Ok(report) => report,
            Err(error) => return Self { error: Some(error), ..silent },
        };
        let contract = Some(report.contract_line());
        let contracts = report.contracts.into_iter();
        let dependencies = report.dependencies.into_iter().map(|dependency| DependencyHealth {
            name: dependency.name,
            status: if dependency.error.is_none() { Status::Ok } else { Status::Down },
            error: dependency.error,
        });
        Self {
            version: Some(report.version),
            deployment: report.deployment,
            contract,
            contracts: contracts.map(|c| Contract { name: c.name, fingerprint: c.fingerprint }).collect(),
            dependencies: dependencies.collect(),
            gauges: report
                .gauges
                .into_iter()
                .filter_map(|gauge| Some((gauge.name, number(gauge.value)?)))
                .collect(),
            ..silent
        }
    }
}

/// A count as people write it: without a fraction where it has none. What is no number is left out.
fn number(value: f64) -> Option<Number> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if value.fract() == 0.0 && value.abs() <= EXACT {
        return Some(Number::from(value as i64));
    }
    Number::from_f64(value)
}

#[cfg(test)]
mod tests {
    use contracts::health::{ContractInfo, Dependency, Gauge, HealthReport};

    use super::*;

    #[test]
    fn the_json_says_what_each_worker_reported_and_why_one_is_down() {
        let report = HealthReport {
            service: "pipeline".into(),
            version: "0.1.0".into(),
            deployment: Some("1f3c".into()),
            contracts: vec![ContractInfo { name: "Intake".into(), fingerprint: "6f1ed002ab559585".into() }],
            dependencies: vec![
                Dependency { name: "DATA_DB".into(), error: None },
                Dependency { name: "ARCHIVE".into(), error: Some("no bucket".into()) },
            ],
            gauges: vec![
                Gauge { name: "outbox".into(), value: 3.0 },
                Gauge { name: "load".into(), value: 0.5 },
                Gauge { name: "age".into(), value: f64::NAN },
            ],
        };
        let health = MeshHealth::new(
            vec![
                Checkup { service: "gateway", latency_ms: 3000, outcome: Err("no answer".into()) },
                Checkup { service: "pipeline", latency_ms: 4, outcome: Ok(report) },
            ],
            Timestamp::from_unix_ms(1_795_330_800_250),
        );
        assert_eq!(
            serde_json::to_value(&health).unwrap(),
            serde_json::json!({
                "status": "degraded",
                "services": {
                    "gateway": {
                        "status": "down", "version": null, "deployment": null, "contract": null, "contracts": [],
                        "latency_ms": 3000, "dependencies": [], "gauges": {}, "error": "no answer",
                    },
                    "pipeline": {
                        "status": "degraded", "version": "0.1.0", "deployment": "1f3c",
                        "contract": "Intake@6f1ed002ab559585",
                        "contracts": [{"name": "Intake", "fingerprint": "6f1ed002ab559585"}],
                        "latency_ms": 4,
                        "dependencies": [
                            {"name": "DATA_DB", "status": "ok"},
                            {"name": "ARCHIVE", "status": "down", "error": "no bucket"},
                        ],
                        "gauges": {"load": 0.5, "outbox": 3},
                    },
                },
                "generated_at": "2026-11-22T07:00:00.250Z",
            })
        );
    }
}
