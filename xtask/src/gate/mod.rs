//! The contract gate: which builds of the Workers will meet in a deploy, and whether they understand each other.
//!
//! It is pure. What is live and what shall be is handed in as [`Spoken`]; [`judge`] looks at every edge of the call graph
//! in both directions, at the objects of each Worker, where its own old and new code meet, and says who would be hit.

mod instances;
mod spoken;
mod text;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use mesh_contract::{Document, Obstruction, Peers, Situation, meeting};
use serde::Serialize;

pub(crate) use instances::{Instance, Recording, Stranded, recordings, stranded};
pub(crate) use spoken::Spoken;
pub(crate) use text::{finding as finding_text, stranded as stranded_text};

/// What stands against a deploy, or is worth knowing about it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Finding {
    /// What follows from it.
    pub(crate) weight: Weight,
    /// The contract.
    pub(crate) contract: String,
    /// Who calls.
    pub(crate) caller: String,
    /// Who serves.
    pub(crate) callee: String,
    /// Which of the two is newer.
    pub(crate) situation: Situation,
    /// The version of the other side that is live, where it is one.
    pub(crate) live: String,
    /// What goes wrong, and the two-step way.
    #[serde(flatten)]
    pub(crate) obstruction: Obstruction,
}

/// How much a finding weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Weight {
    /// The order of the deploy avoids it; a rollback of the callee alone would not.
    Ordered,
    /// Old and new code of one Worker meet for the seconds of a switch.
    Brief,
    /// Callers would be refused.
    Refused,
}

/// One Worker in a deploy.
#[derive(Debug, Clone, Default)]
pub(crate) struct Standing {
    /// What each live version speaks, by a name for it.
    pub(crate) live: BTreeMap<String, Spoken>,
    /// What it shall speak, if it is deployed now.
    pub(crate) candidate: Option<Spoken>,
}

/// Looks at every meeting of builds in a deploy of Workers, by role. With `gradual`, old and new versions of a Worker
/// serve side by side for as long as a person likes.
pub(crate) fn judge(workers: &BTreeMap<String, Standing>, gradual: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (callee, served) in workers {
        for (caller, calling) in workers {
            findings.extend(edge((caller, calling), (callee, served)));
        }
        findings.extend(own_objects(callee, served, gradual));
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
    // Two live versions with the same contract say the same.
    let mut seen = BTreeSet::new();
    findings.retain(|finding| {
        seen.insert((finding.caller.clone(), finding.contract.clone(), finding.obstruction.sentence.clone()))
    });
    findings
}

/// The meetings of one caller and one callee.
fn edge((caller, calling): (&String, &Standing), (callee, served): (&String, &Standing)) -> Vec<Finding> {
    let callers = [caller.clone()];
    let peers = Peers { callers: &callers, callee: Some(callee) };
    let finding = |contract: &str, situation, live: &str, weight, obstruction| Finding {
        weight,
        contract: contract.to_owned(),
        caller: caller.clone(),
        callee: callee.clone(),
        situation,
        live: live.to_owned(),
        obstruction,
    };
    let mut findings = Vec::new();
    // Callees go first: what calls them is old.
    if let Some(new) = &served.candidate {
        for (version, old) in &calling.live {
            for contract in called(old, callee) {
                let Some(spoken) = old.document(contract) else { continue };
                let serves = new.document(contract).filter(|_| new.serves.contains(contract));
                let situation = Situation::OldCallerNewCallee;
                findings.extend(
                    meeting(contract, spoken, serves, situation, peers).into_iter().map(|obstruction| {
                        finding(contract, situation, version, Weight::Refused, obstruction)
                    }),
                );
            }
        }
    }
    // And a new caller meets an old callee where that one stays, or is rolled back.
    if let Some(new) = &calling.candidate {
        let weight = if served.candidate.is_some() { Weight::Ordered } else { Weight::Refused };
        for (version, old) in &served.live {
            for contract in called(new, callee) {
                let Some(spoken) = new.document(contract) else { continue };
                let serves = old.document(contract).filter(|_| old.serves.contains(contract));
                let situation = Situation::NewCallerOldCallee;
                findings.extend(
                    meeting(contract, spoken, serves, situation, peers)
                        .into_iter()
                        .map(|obstruction| finding(contract, situation, version, weight, obstruction)),
                );
            }
        }
    }
    findings
}

fn called<'a>(spoken: &'a Spoken, callee: &'a str) -> impl Iterator<Item = &'a String> {
    spoken.calls.iter().filter(move |(to, _)| to == callee).map(|(_, contract)| contract)
}

/// A Worker's old and new code meet in its Durable Objects: an object goes on with its code for a moment, in a gradual
/// rollout for as long as that takes, and whoever calls it may have the other.
fn own_objects(role: &str, standing: &Standing, gradual: bool) -> Vec<Finding> {
    let Some(new) = &standing.candidate else { return Vec::new() };
    let callers = [role.to_owned()];
    let peers = Peers { callers: &callers, callee: Some(role) };
    let weight = if gradual { Weight::Refused } else { Weight::Brief };
    let mut findings = Vec::new();
    for (version, old) in &standing.live {
        for contract in old.objects.intersection(&new.objects) {
            let (Some(before), Some(after)) = (old.document(contract), new.document(contract)) else {
                continue;
            };
            let meetings = [
                (Situation::OldCallerNewCallee, before, after),
                (Situation::NewCallerOldCallee, after, before),
            ];
            for (situation, caller, callee) in meetings {
                findings.extend(meeting(contract, caller, Some(callee), situation, peers).into_iter().map(
                    |mut obstruction| {
                        obstruction.remedy =
                            "make the change in two deploys, the first of which understands both forms; \
                                              or deploy it at once, without `--percent`"
                                .to_owned();
                        Finding {
                            weight,
                            contract: contract.clone(),
                            caller: role.to_owned(),
                            callee: role.to_owned(),
                            situation,
                            live: version.clone(),
                            obstruction,
                        }
                    },
                ));
            }
        }
    }
    findings
}

/// The documents of a checkout's `contracts/`, by contract.
///
/// # Errors
/// When one can't be read.
pub(crate) fn committed(home: &Path) -> Result<BTreeMap<String, Document>> {
    let folder = home.join("contracts");
    let listed = fs::read_dir(&folder).with_context(|| format!("can't read `{}`", folder.display()))?;
    let mut documents = BTreeMap::new();
    for entry in listed {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let text =
                fs::read_to_string(&path).with_context(|| format!("can't read `{}`", path.display()))?;
            let document =
                Document::parse(&text).with_context(|| format!("can't read `{}`", path.display()))?;
            documents.insert(document.name.clone(), document);
        }
    }
    Ok(documents)
}

#[cfg(test)]
mod tests;
