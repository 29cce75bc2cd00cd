//! What one version of a Worker speaks, with the whole documents: uploaded with the version and read back from the
//! platform, so that a deploy asks what is live and not what somebody believes to be.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use mesh_contract::Document;
use serde::{Deserialize, Serialize};

use super::instances::Recording;

/// The contracts of Durable Objects, which no `services` line names: a Worker calls its own objects, and old and new
/// code meet there while a version is rolled out. A test compares this with `contracts/`.
pub(super) const OBJECTS: [(&str, &[&str]); 3] = [
    ("gateway", &["Limits"]),
    ("pipeline", &["Deliveries", "LiveFeed", "TenantBudget", "TenantIndex"]),
    ("scheduler", &["Upkeep"]),
];

/// Contracts that one Worker serves and calls.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Spoken {
    /// Those behind its entrypoints, as others' `services` name them.
    pub(crate) serves: BTreeSet<String>,
    /// Those that it calls: the callee's role and the contract.
    pub(crate) calls: BTreeSet<(String, String)>,
    /// Those of its own Durable Objects.
    pub(crate) objects: BTreeSet<String>,
    /// The documents of all of these.
    pub(crate) documents: BTreeMap<String, Document>,
    /// Its workflows: what an instance has on record, by the workflow's name in Rust.
    #[serde(default)]
    pub(crate) workflows: BTreeMap<String, Recording>,
}

impl Spoken {
    /// What a build of this checkout speaks as one Worker.
    ///
    /// # Errors
    /// When it calls or serves a contract that has no document.
    pub(crate) fn of(
        role: &str,
        calls: &BTreeSet<(String, String, String)>,
        contracts: &BTreeMap<String, Document>,
        workflows: &BTreeMap<String, Recording>,
    ) -> Result<Self> {
        let mut spoken = Self::default();
        for (caller, callee, contract) in calls {
            if callee == role {
                spoken.serves.insert(contract.clone());
            }
            if caller == role {
                spoken.calls.insert((callee.clone(), contract.clone()));
            }
        }
        let own = OBJECTS.iter().find(|(worker, _)| *worker == role).map(|(_, contracts)| *contracts);
        spoken.objects = own.unwrap_or_default().iter().map(|name| (*name).to_owned()).collect();
        let named = spoken.calls.iter().map(|(_, contract)| contract);
        let named: BTreeSet<&String> = named.chain(&spoken.serves).chain(&spoken.objects).collect();
        for name in named {
            let document = contracts
                .get(name)
                .with_context(|| format!("`{role}` speaks `{name}`, which has no `contracts/{name}.json`"))?;
            spoken.documents.insert(name.clone(), without_docs(document)?);
        }
        spoken.workflows = workflows
            .iter()
            .filter(|(_, recording)| recording.worker == role)
            .map(|(name, recording)| (name.clone(), recording.clone()))
            .collect();
        Ok(spoken)
    }

    /// The document of a contract, if this version speaks it.
    pub(super) fn document(&self, contract: &str) -> Option<&Document> {
        self.documents.get(contract)
    }

    /// The contracts behind its entrypoints with their fingerprints, as `/healthz` tells them: `Intake@6f1e… Tasks@…`.
    pub(crate) fn contract_line(&self) -> String {
        let of = |name: &String| {
            let document = self.documents.get(name)?;
            Some(format!("{name}@{}", document.fingerprint))
        };
        self.serves.iter().filter_map(of).collect::<Vec<_>>().join(" ")
    }
}

/// A document as it is compared: what people read in it need not travel with each version.
fn without_docs(document: &Document) -> Result<Document> {
    let mut value = serde_json::to_value(document)?;
    strip(&mut value);
    let plain: Document = serde_json::from_value(value)?;
    if plain.fingerprint() != document.fingerprint() {
        bail!("the document of `{}` means something else without its documentation", document.name);
    }
    Ok(plain)
}

/// Takes descriptions out of schemas; a field that is called `description` is no description.
fn strip(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(object) => {
            object
                .retain(|key, value| !(matches!(key.as_str(), "description" | "docs") && value.is_string()));
            object.values_mut().for_each(strip);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(strip),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gate::committed;
    use crate::tidy;

    #[test]
    fn every_contract_is_behind_an_entrypoint_or_of_an_object() {
        let calls = tidy::calls().unwrap();
        let contracts = committed(crate::paths::root()).unwrap();
        let objects = OBJECTS.iter().flat_map(|(_, names)| names.iter().map(|name| (*name).to_owned()));
        let bound = calls.iter().map(|(_, _, contract)| contract.clone());
        let spoken: BTreeSet<String> = bound.chain(objects).collect();
        let there: BTreeSet<String> = contracts.keys().cloned().collect();
        assert_eq!(spoken, there);
    }

    #[test]
    fn a_worker_tells_of_every_contract_that_it_serves() {
        let (calls, contracts) = (tidy::calls().unwrap(), committed(crate::paths::root()).unwrap());
        for role in ["gateway", "pipeline", "scheduler"] {
            let path = crate::paths::workers().join(role).join("src/health.rs");
            let source = std::fs::read_to_string(&path).unwrap();
            let told: BTreeSet<String> = source
                .split("ContractInfo::of::<")
                .skip(1)
                .filter_map(|rest| Some(rest.split_once("Contract>")?.0.to_owned()))
                .collect();
            let spoken = Spoken::of(role, &calls, &contracts, &BTreeMap::new()).unwrap();
            assert_eq!(told, spoken.serves, "`{role}`");
        }
    }

    #[test]
    fn a_build_speaks_what_it_is_bound_to_and_keeps_its_fingerprints() {
        let (calls, contracts) = (tidy::calls().unwrap(), committed(crate::paths::root()).unwrap());
        let gateway = Spoken::of("gateway", &calls, &contracts, &BTreeMap::new()).unwrap();
        assert!(gateway.serves.contains("Health") && gateway.objects.contains("Limits"));
        assert!(gateway.calls.contains(&("scheduler".to_owned(), "Jobs".to_owned())));
        for (name, document) in &gateway.documents {
            assert_eq!(format!("{:016x}", document.fingerprint()), contracts[name].fingerprint, "{name}");
        }
        let text = serde_json::to_string(&gateway).unwrap();
        assert_eq!(
            serde_json::from_str::<Spoken>(&text).unwrap(),
            gateway,
            "it comes back from the platform"
        );
    }
}
