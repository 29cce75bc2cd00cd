//! The smoke test: what the deployed mesh says of itself at `/healthz`, which asks each Worker by its health RPC.

use std::collections::BTreeMap;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail};
use serde_json::Value;

use crate::ui;

/// The header that has one version answer, whatever its part of the traffic.
const OVERRIDE: &str = "cloudflare-workers-version-overrides";
/// The pause between two questions.
const PAUSE: Duration = Duration::from_millis(500);
/// How long one answer may take.
const ANSWER: Duration = Duration::from_secs(10);
/// So many good answers in a row count as well.
const IN_A_ROW: u32 = 3;

/// Whom to ask.
pub(super) struct Smoke {
    agent: ureq::Agent,
    /// The gateway's origin.
    origin: String,
    /// How long a new version may take until it is everywhere and well.
    patience: Duration,
}

/// What is expected of a Worker.
pub(super) struct Expected<'a> {
    /// Its role.
    pub(super) role: &'a str,
    /// Its name on the platform.
    pub(super) name: &'a str,
    /// The version that shall answer, where the platform can choose it.
    pub(super) version: Option<&'a str>,
    /// The contracts that it serves, once it has all traffic.
    pub(super) contracts: Option<&'a str>,
}

impl Smoke {
    /// Of the gateway at an origin, which may take so long until a version is well.
    pub(super) fn new(origin: &str, patience: Duration) -> Self {
        let config = ureq::Agent::config_builder()
            .timeout_global(Some(ANSWER))
            .http_status_as_error(false)
            .user_agent(concat!("weft/", env!("CARGO_PKG_VERSION")))
            .build();
        Self { agent: config.into(), origin: origin.trim_end_matches('/').to_owned(), patience }
    }

    /// Asks until the Worker is well several times in a row.
    ///
    /// # Errors
    /// When it is not within the patience, with what was last seen.
    pub(super) fn passes(&self, expected: &Expected<'_>) -> Result<()> {
        let started = ui::now();
        let mut well = 0;
        loop {
            match self.ask(expected) {
                Ok(()) => well += 1,
                Err(seen) => {
                    well = 0;
                    if started.elapsed() >= self.patience {
                        bail!("{seen} (`{}/healthz`, asked for {} s)", self.origin, self.patience.as_secs());
                    }
                }
            }
            if well >= IN_A_ROW {
                return Ok(());
            }
            thread::sleep(PAUSE);
        }
    }

    /// Asks once.
    ///
    /// # Errors
    /// What was seen, where the Worker is not well.
    pub(super) fn ask(&self, expected: &Expected<'_>) -> Result<(), String> {
        let mut request = self.agent.get(format!("{}/healthz", self.origin));
        if let Some(version) = expected.version {
            request = request.header(OVERRIDE, format!("{}=\"{version}\"", expected.name));
        }
        let mut answer = request.call().map_err(|error| format!("the gateway does not answer: {error}"))?;
        let status = answer.status().as_u16();
        let text =
            answer.body_mut().read_to_string().map_err(|error| format!("the gateway breaks off: {error}"))?;
        judge(expected, status, &text)
    }
}

/// Whether an answer of `/healthz` is a good one for a Worker.
fn judge(expected: &Expected<'_>, status: u16, text: &str) -> Result<(), String> {
    let role = expected.role;
    let health: Value = match serde_json::from_str(text) {
        Ok(health) => health,
        Err(_) => return Err(format!("the gateway answers {status} and no health")),
    };
    if role == "gateway" {
        return if health["status"].is_string() && health["services"].is_object() {
            // What stands behind it has smoke tests of its own.
            Ok(())
        } else {
            Err(format!("the gateway answers {status} and no health"))
        };
    }
    let service = &health["services"][role];
    match service["status"].as_str() {
        // Admin is known by a sign of life that it leaves every minute; before the first one, by nothing.
        Some("ok" | "unknown" | "stale") => {}
        Some(other) => return Err(format!("the gateway finds `{role}` {other}")),
        None => return Err(format!("the gateway says nothing of `{role}`")),
    }
    match (expected.contracts, service["contract"].as_str()) {
        (Some(expected), Some(serves)) if !same(expected, serves) => {
            Err(format!("`{role}` serves {serves} and should serve {expected}"))
        }
        _ => Ok(()),
    }
}

/// Whether what is served is what is expected, of the contracts that the Worker tells of.
fn same(expected: &str, serves: &str) -> bool {
    let expected: BTreeMap<&str, &str> = parts(expected).collect();
    let mut told = parts(serves).filter_map(|(name, fingerprint)| Some((expected.get(name)?, fingerprint)));
    let mut any = false;
    told.all(|(wanted, fingerprint)| {
        any = true;
        *wanted == fingerprint
    }) && (any || expected.is_empty())
}

fn parts(line: &str) -> impl Iterator<Item = (&str, &str)> {
    line.split_whitespace().filter_map(|contract| contract.split_once('@'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(role: &'a str, contracts: Option<&'a str>) -> Expected<'a> {
        Expected { role, name: "weft", version: None, contracts }
    }

    #[test]
    fn a_worker_is_judged_by_what_the_gateway_finds() {
        let text = r#"{"status": "degraded", "services": {
            "pipeline": {"status": "ok", "contract": "Intake@1 Tasks@2"},
            "scheduler": {"status": "down", "contract": null},
            "admin": {"status": "unknown", "contract": null}}}"#;
        assert_eq!(judge(&of("pipeline", Some("Intake@1")), 503, text), Ok(()));
        assert_eq!(judge(&of("admin", None), 503, text), Ok(()));
        assert_eq!(judge(&of("gateway", None), 503, text), Ok(()));
        let refused = judge(&of("scheduler", None), 503, text).unwrap_err();
        assert_eq!(refused, "the gateway finds `scheduler` down");
        let refused = judge(&of("pipeline", Some("Intake@9")), 503, text).unwrap_err();
        assert_eq!(refused, "`pipeline` serves Intake@1 Tasks@2 and should serve Intake@9");
        assert_eq!(
            judge(&of("pipeline", Some("Files@3 Intake@1")), 503, text),
            Ok(()),
            "not all are told of"
        );
        assert!(judge(&of("pipeline", Some("Files@3")), 503, text).is_err(), "nothing is known of it");
        assert!(judge(&of("gateway", None), 500, "<html>").is_err());
    }
}
