//! Requests made from the gateway's own description, sent to a mesh of their own: no 5xx, no answer that the description
//! does not have, nothing without a key, and nothing left of what was deleted.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::ops::AddAssign;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use crate::build::Profile;
use crate::setup::{Python, Toolchain};
use crate::test::{Mesh, ModelDouble};
use crate::ui::{Step, now};
use crate::{paths, process};

/// What is checked of each answer.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
                      response_headers_conformance,response_schema_conformance,unsupported_method,ignored_auth,\
                      missing_required_header,use_after_free,ensure_resource_availability";
/// Left out: the live feed, which does not end by itself. Journeys of its own are about it.
const LEFT_OUT: [&str; 1] = ["listen"];
/// Cases of an operation in the phase that makes them up, unless time is over before. The phases before it have a fixed
/// number of cases, some 3,000 in all.
const CASES: &str = "20";
/// One: `hypothesis` parses source with `ast`, whose depth counter Python's threads share, and fails with a `SystemError`
/// or `RecursionError` at random when there are more.
const WORKERS: &str = "1";
/// How long the gateway may take for one answer, in seconds. It gives up by itself after 25.
const PATIENCE_S: &str = "30";
/// The lines of failures that are shown.
const REPORT_LINES: usize = 240;

/// How long, and from where on.
pub(crate) struct Plan {
    /// How the Workers are built.
    pub(crate) profile: Profile,
    /// At most so long.
    pub(crate) time: Duration,
    /// Where the requests begin. Each round has the next seed.
    pub(crate) seed: u64,
    /// At most so many rounds.
    pub(crate) rounds: u64,
    /// Whether requests also follow one another as their answers suggest.
    pub(crate) chains: bool,
    /// At least so many requests, or it did not do what it is for.
    pub(crate) least: usize,
}

/// What was done.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    requests: usize,
    operations: BTreeSet<String>,
}

impl AddAssign for Report {
    fn add_assign(&mut self, other: Self) {
        self.requests += other.requests;
        self.operations.extend(other.operations);
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} requests to {} operations", self.requests, self.operations.len())
    }
}

/// Starts a mesh, sends the requests, and stops it. The mesh's state is kept where something was found.
///
/// # Errors
/// When something was found, with the requests that show it; when fewer requests were made than planned; when the mesh
/// doesn't start.
pub(crate) fn run(toolchain: &Toolchain, python: &Python, plan: &Plan, step: &Step) -> Result<Report> {
    let state = paths::target().join(format!("fuzz-{}", std::process::id()));
    step.note("starting a mesh");
    let double = ModelDouble::start(toolchain)?;
    let routes = routes(double.base_url()).to_string();
    let mesh = Mesh::start_with(&state, plan.profile, &[("AI_ROUTES", &routes)])?;
    let started = now();
    let mut report = Report::default();
    for seed in plan.seed..plan.seed + plan.rounds {
        let left = plan.time.saturating_sub(started.elapsed()).as_secs();
        if left == 0 {
            break;
        }
        step.note(format!("{report}, now from seed {seed}"));
        report += round(python, &state, seed, left, plan.chains)?;
    }
    drop(mesh);
    drop(double);
    if report.requests < plan.least {
        bail!("only {report} in {} seconds; {} are wanted", plan.time.as_secs(), plan.least);
    }
    fs::remove_dir_all(&state).with_context(|| format!("can't remove `{}`", state.display()))?;
    Ok(report)
}

/// One server, the double, for whatever model a request names.
fn routes(base_url: &str) -> Value {
    json!({
        "version": 1,
        "upstreams": [{
            "name": "double",
            "kind": "openai_compatible",
            "base_url": base_url,
            "models": ["double", "*"],
            "first_byte_ms": 10_000,
            "stall_ms": 5_000,
        }],
        "aliases": { "fast": "double" },
    })
}

/// The requests of one seed.
fn round(python: &Python, state: &Path, seed: u64, seconds: u64, chains: bool) -> Result<Report> {
    let running: Value = serde_json::from_slice(&fs::read(state.join("dev.json"))?)?;
    let gateway = running["gateway"].as_str().context("the mesh has no gateway")?;
    let key = running["tenants"][0]["api_key"].as_str().context("the mesh has no tenant")?;
    let events = state.join("requests.ndjson");
    let phases = if chains { "examples,coverage,fuzzing,stateful" } else { "examples,coverage,fuzzing" };
    let mut command = python.program("st");
    command
        .current_dir(state)
        .args(["run", "--workers", WORKERS, "--checks", CHECKS, "--continue-on-failure"])
        .args(["--phases", phases, "--max-examples", CASES, "--request-timeout", PATIENCE_S])
        .args(["--max-time", &seconds.to_string(), "--seed", &seed.to_string()])
        .args(["--suppress-health-check", "all", "--warnings", "off"])
        .args(LEFT_OUT.iter().flat_map(|operation| ["--exclude-operation-id", operation]))
        .args(["--header", &format!("Authorization: Bearer {key}")])
        .args(["--report", "ndjson", "--report-ndjson-path"])
        .arg(&events)
        .arg(format!("{gateway}/openapi.json"));
    let output = process::output(&mut command)?;
    let said = String::from_utf8_lossy(&output.stdout);
    let Ok(text) = fs::read_to_string(&events) else {
        bail!("schemathesis left no report\n{}", process::tail(&said));
    };
    let report = counted(&text)?;
    if !output.status.success() {
        let logs = state.join("logs");
        let found = failures(&said);
        bail!("{report}, from seed {seed}; the Workers' logs are in `{}`\n{found}", logs.display());
    }
    Ok(report)
}

/// How many requests were made, by the report: each interaction in it was one.
fn counted(report: &str) -> Result<Report> {
    let mut counted = Report::default();
    for line in report.lines() {
        let event: Value = serde_json::from_str(line).context("the report is not JSON")?;
        let recorder = &event["ScenarioFinished"]["recorder"];
        let Some(interactions) = recorder["interactions"].as_object() else { continue };
        counted.requests += interactions.len();
        counted.operations.extend(recorder["label"].as_str().map(str::to_owned));
    }
    Ok(counted)
}

/// The part of what was printed that tells of failures.
fn failures(said: &str) -> String {
    let from = ["= ERRORS =", "= FAILURES ="].iter().filter_map(|title| said.find(title)).min();
    let lines: Vec<&str> = said[from.unwrap_or_default()..].lines().collect();
    let mut shown = lines[..lines.len().min(REPORT_LINES)].join("\n");
    if lines.len() > REPORT_LINES {
        shown.push_str("\n…");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_interaction_of_a_report_is_a_request() {
        let report = concat!(
            r#"{"Initialize":{"seed":1}}"#,
            "\n",
            r#"{"ScenarioFinished":{"recorder":{"label":"GET /docs","interactions":{"a":{},"b":{}}}}}"#,
            "\n",
            r#"{"ScenarioFinished":{"recorder":{"label":"GET /docs","interactions":{"c":{}}}}}"#,
            "\n",
            r#"{"ScenarioFinished":{"recorder":null}}"#,
        );
        let counted = counted(report).unwrap();
        assert_eq!(counted.to_string(), "3 requests to 1 operations");
    }

    #[test]
    fn of_what_was_printed_the_failures_are_shown() {
        let said = "Schemathesis\n ✅ Examples\n=== ERRORS ===\nno\n=== FAILURES ===\nyes";
        assert!(failures(said).starts_with("= ERRORS ===\nno"));
        assert_eq!(failures("nothing like it"), "nothing like it");
    }
}
