//! What a deploy will do, and why: pure, from what the checkout has and what is live.

mod text;

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::migrations::Pending;
use super::release::Release;
use crate::gate::{self, Finding, Standing, Stranded, Weight};

pub(super) use text::text;

/// What the variables begin with that give this run secrets.
pub(super) const GIVEN: &str = "WEFT_SECRET_";

/// A version that takes traffic.
#[derive(Debug, Clone)]
pub(super) struct LiveVersion {
    /// The platform's id of it.
    pub(super) id: String,
    /// Its part of the traffic.
    pub(super) percent: f64,
    /// The tag that it was uploaded with.
    pub(super) tag: Option<String>,
    /// What it was uploaded with; none if by other means than this tool.
    pub(super) release: Option<Release>,
}

/// What the platform has of one Worker.
#[derive(Debug, Clone, Default)]
pub(super) struct Remote {
    /// The versions that take traffic: in a rollout the one that it began with first, else the largest part. Empty before its first deploy.
    pub(super) live: Vec<LiveVersion>,
    /// The version that was uploaded with the candidate's tag, if there is one.
    pub(super) uploaded: Option<String>,
    /// The names of its secrets.
    pub(super) secrets: BTreeSet<String>,
}

/// One Worker of the checkout.
#[derive(Debug, Clone)]
pub(super) struct Candidate {
    /// Its name on the platform.
    pub(super) name: String,
    /// What would be uploaded. Its code is empty where nothing is built yet.
    pub(super) release: Release,
    /// The secrets that it may have, each with whether it can't run without.
    pub(super) secrets: BTreeMap<String, bool>,
}

/// What is done with one Worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Action {
    /// It is there for the first time: at once, since there is nothing to divide traffic with.
    First,
    /// It is what is live already.
    Nothing,
    /// A version is uploaded, and takes traffic as the rollout says.
    Upload,
    /// The version was uploaded before, by a deploy that did not end; it takes traffic now.
    Resume,
    /// Durable Object classes come or go, which the platform does with a deploy at once.
    AtOnce,
    /// What it is can't be known without an account.
    Unknown,
}

/// One line of a plan.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Step {
    /// The role.
    pub(super) worker: String,
    /// Its name on the platform.
    pub(super) name: String,
    /// What is done.
    pub(super) action: Action,
    /// The tag of the version.
    pub(super) tag: String,
    /// What changes, a line each.
    pub(super) changes: Vec<String>,
    /// Bytes of code before and after; none where not known.
    pub(super) size: (Option<u64>, Option<u64>),
    /// Versions that take traffic now, with their part.
    pub(super) live: Vec<(String, f64)>,
    /// Secrets that it needs, that are not set and that this run was not given.
    pub(super) missing_secrets: Vec<String>,
    /// Secrets that are not set, and go up with this version.
    pub(super) given_secrets: Vec<String>,
}

/// See the module.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Plan {
    /// The environment.
    pub(super) environment: String,
    /// Whether the platform was asked.
    pub(super) asked: bool,
    /// The parts of traffic that a new version takes, one after the other.
    pub(super) percent: Vec<u8>,
    /// Migrations, by database.
    pub(super) databases: BTreeMap<String, Pending>,
    /// Workers, callees first.
    pub(super) steps: Vec<Step>,
    /// What the contract gate found.
    pub(super) findings: Vec<Finding>,
    /// Running instances that would break.
    pub(super) stranded: Vec<Stranded>,
    /// What a person should know.
    pub(super) notes: Vec<String>,
    /// Why it can't be done, a sentence each; empty if it can.
    pub(super) refusals: Vec<String>,
}

/// What a plan is made from.
pub(super) struct Facts<'a> {
    pub(super) environment: &'a str,
    /// All Workers, callees first.
    pub(super) order: &'a [String],
    pub(super) candidates: &'a BTreeMap<String, Candidate>,
    /// Those that shall be deployed.
    pub(super) chosen: &'a BTreeSet<String>,
    /// By role; none where the platform wasn't asked.
    pub(super) remote: Option<&'a BTreeMap<String, Remote>>,
    pub(super) databases: BTreeMap<String, Pending>,
    /// Running instances that would break, and those of which nothing can be said.
    pub(super) stranded: (Vec<Stranded>, Vec<Stranded>),
    pub(super) percent: &'a [u8],
    /// Contracts whose break was accepted by name.
    pub(super) accepted: &'a BTreeSet<String>,
    /// The secrets that this run was given.
    pub(super) given: &'a BTreeSet<String>,
}

/// Makes a plan.
pub(super) fn plan(facts: Facts<'_>) -> Plan {
    let mut steps: Vec<Step> = Vec::new();
    for role in facts.order {
        if let Some(candidate) = facts.candidates.get(role).filter(|_| facts.chosen.contains(role)) {
            let remote = facts.remote.map(|remote| remote.get(role).cloned().unwrap_or_default());
            steps.push(step(role, candidate, remote.as_ref(), facts.given));
        }
    }
    let gradual = facts.percent.iter().any(|percent| *percent < 100);
    let moving: BTreeSet<&String> =
        steps.iter().filter(|step| step.action != Action::Nothing).map(|step| &step.worker).collect();
    let (mut notes, mut refusals) = (Vec::new(), Vec::new());
    let findings = match facts.remote {
        None => Vec::new(),
        Some(remote) => gate::judge(&standings(&facts, remote, &moving), gradual),
    };
    for finding in findings.iter().filter(|finding| finding.weight == Weight::Refused) {
        if facts.accepted.contains(&finding.contract) {
            notes.push(format!("accepted: {}", finding.obstruction.sentence));
        } else {
            refusals.push(gate::finding_text(finding));
        }
    }
    if let Some(remote) = facts.remote {
        refusals.extend(absent_callees(&facts, remote, &moving));
        notes.extend(unknown_versions(remote));
    }
    for step in &steps {
        if !step.missing_secrets.is_empty() {
            let variables: Vec<String> =
                step.missing_secrets.iter().map(|name| format!("`{GIVEN}{name}`")).collect();
            let one = variables.len() == 1;
            refusals.push(format!(
                "`{}` needs the secret{} {}: set {} in the environment of this command, {} with the version, \
                 or keep {} in Secrets Store (docs/deploying.md)",
                step.worker,
                if one { "" } else { "s" },
                step.missing_secrets.join(", "),
                variables.join(" and "),
                if one { "which goes up" } else { "which go up" },
                if one { "it" } else { "them" },
            ));
        }
        if step.action == Action::AtOnce && gradual {
            notes.push(format!(
                "`{}` changes Durable Object classes, which the platform does at once: `--percent` does not hold for it",
                step.worker
            ));
        }
    }
    let (stranded, unexplained) = facts.stranded;
    refusals.extend(stranded.iter().filter(|found| !facts.accepted.contains(&found.workflow)).map(|found| {
        format!(
            "running instance: {}; wait until it has ended, deploy the new code under another workflow name, or end it",
            gate::stranded_text(found)
        )
    }));
    notes.extend(unexplained.iter().map(|found| format!("running instance: {}", gate::stranded_text(found))));
    Plan {
        environment: facts.environment.to_owned(),
        asked: facts.remote.is_some(),
        percent: facts.percent.to_vec(),
        databases: facts.databases,
        steps,
        findings,
        stranded,
        notes,
        refusals,
    }
}

impl Plan {
    /// Whether there is nothing to do.
    pub(super) fn is_empty(&self) -> bool {
        self.databases.values().all(Pending::is_empty)
            && self.steps.iter().all(|step| step.action == Action::Nothing)
    }
}

fn step(role: &str, candidate: &Candidate, remote: Option<&Remote>, given: &BTreeSet<String>) -> Step {
    let release = &candidate.release;
    let tag = release.tag();
    let built = !release.code.is_empty();
    let before = remote.and_then(|remote| remote.live.first()).and_then(|live| live.release.as_ref());
    let unset = |name: &String| remote.is_some_and(|remote| !remote.secrets.contains(name));
    let unset: Vec<(&String, &bool)> = candidate.secrets.iter().filter(|(name, _)| unset(name)).collect();
    let (sent, missing): (Vec<_>, Vec<_>) = unset.into_iter().partition(|(name, _)| given.contains(*name));
    let action = match remote {
        None => Action::Unknown,
        Some(Remote { live, .. }) if live.is_empty() => Action::First,
        Some(Remote { live, .. })
            if built
                && sent.is_empty()
                && live.len() == 1
                && live[0].tag.as_deref() == Some(tag.as_str()) =>
        {
            Action::Nothing
        }
        // What was made by other means, as by setting a secret first, may lack the classes.
        Some(_) if before.is_none_or(|before| before.setup.objects != release.setup.objects) => {
            Action::AtOnce
        }
        Some(Remote { uploaded: Some(_), .. }) if sent.is_empty() => Action::Resume,
        Some(_) => Action::Upload,
    };
    let mut changes = Vec::new();
    match before {
        Some(before) => {
            if !built {
                changes.push("code: not built yet".to_owned());
            } else if before.code != release.code {
                changes.push(format!("code {} -> {}", before.code, release.code));
            }
            changes.extend(release.setup.changes(&before.setup));
            changes.extend(spoken_changes(before, release));
        }
        None => {
            changes.push(if built {
                format!("code {}", release.code)
            } else {
                "code: not built yet".to_owned()
            });
            let setup = &release.setup;
            let counts = [
                (setup.bindings.len(), "binding"),
                (setup.vars.len(), "variable"),
                (setup.triggers.len(), "trigger"),
            ];
            let counts = counts.map(|(count, what)| counted(count, what));
            changes.push(counts.join(", "));
        }
    }
    let names = |secrets: Vec<(&String, &bool)>| secrets.into_iter().map(|(name, _)| name.clone()).collect();
    let missing_secrets = names(missing.into_iter().filter(|(_, needed)| **needed).collect());
    let given_secrets: Vec<String> = names(sent);
    changes.extend(given_secrets.iter().map(|name| format!("+ secret {name}, from {GIVEN}{name}")));
    Step {
        worker: role.to_owned(),
        name: candidate.name.clone(),
        action,
        tag,
        changes,
        size: (before.map(|before| before.bytes), built.then_some(release.bytes)),
        live: remote.map(|remote| parts(&remote.live)).unwrap_or_default(),
        missing_secrets,
        given_secrets,
    }
}

/// A count with its word, such as "1 variable".
fn counted(count: usize, what: &str) -> String {
    let number = if count == 0 { "no".to_owned() } else { count.to_string() };
    format!("{number} {what}{}", if count == 1 { "" } else { "s" })
}

fn parts(live: &[LiveVersion]) -> Vec<(String, f64)> {
    live.iter().map(|version| (version.id.clone(), version.percent)).collect()
}

/// Contracts whose documents differ, in a line each.
fn spoken_changes(before: &Release, after: &Release) -> Vec<String> {
    let (old, new) = (&before.spoken.documents, &after.spoken.documents);
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names
        .into_iter()
        .filter_map(|name| match (old.get(name), new.get(name)) {
            (Some(one), Some(other)) if one.fingerprint() != other.fingerprint() => {
                Some(format!("~ contract {name} {:016x} -> {:016x}", one.fingerprint(), other.fingerprint()))
            }
            (None, Some(_)) => Some(format!("+ contract {name}")),
            (Some(_), None) => Some(format!("- contract {name}")),
            _ => None,
        })
        .collect()
}

/// Everyone as the gate sees them.
fn standings(
    facts: &Facts<'_>,
    remote: &BTreeMap<String, Remote>,
    moving: &BTreeSet<&String>,
) -> BTreeMap<String, Standing> {
    let standing = |role: &String| {
        let live = remote.get(role).map(|remote| remote.live.as_slice()).unwrap_or_default();
        let live = live.iter().filter_map(|version| {
            let release = version.release.as_ref()?;
            Some((version.id.clone(), release.spoken.clone()))
        });
        let candidate = facts.candidates.get(role).filter(|_| moving.contains(role));
        Standing {
            live: live.collect(),
            candidate: candidate.map(|candidate| candidate.release.spoken.clone()),
        }
    };
    facts.order.iter().map(|role| (role.clone(), standing(role))).collect()
}

/// Callees that neither are there nor come along: a binding to nothing is refused by the platform.
fn absent_callees(
    facts: &Facts<'_>,
    remote: &BTreeMap<String, Remote>,
    moving: &BTreeSet<&String>,
) -> Vec<String> {
    let there = |role: &String| {
        facts.chosen.contains(role) || remote.get(role).is_some_and(|remote| !remote.live.is_empty())
    };
    let mut missing: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for role in moving {
        let Some(candidate) = facts.candidates.get(*role) else { continue };
        for (callee, _) in &candidate.release.spoken.calls {
            if !there(callee) {
                missing.entry(role).or_default().insert(callee);
            }
        }
    }
    let words = |names: BTreeSet<&String>| {
        names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" and ")
    };
    missing
        .into_iter()
        .map(|(role, callees)| {
            let callees = words(callees);
            format!("`{role}` calls {callees}, which {} not there yet: deploy them together", {
                if callees.contains(" and ") { "are" } else { "is" }
            })
        })
        .collect()
}

/// Live versions of which nobody knows what they speak.
fn unknown_versions(remote: &BTreeMap<String, Remote>) -> Vec<String> {
    remote
        .iter()
        .flat_map(|(role, remote)| remote.live.iter().map(move |version| (role, version)))
        .filter(|(_, version)| version.release.is_none())
        .map(|(role, version)| {
            format!(
                "version {} of `{role}` was not uploaded by `cargo xtask deploy`: what it speaks is unknown, and the gate \
                 has nothing to say about it",
                version.id
            )
        })
        .collect()
}

#[cfg(test)]
mod tests;
