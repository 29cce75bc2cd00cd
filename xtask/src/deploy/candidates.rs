//! What this checkout would deploy.

use std::collections::BTreeMap;
use std::process::Command;

use anyhow::Result;

use super::code;
use super::plan::Candidate;
use super::release::Release;
use super::setup::Setup;
use super::target::Target;
use crate::gate::{self, Spoken};
use crate::{paths, process, tidy};

/// Every Worker as it stands built; one that isn't has no code.
///
/// # Errors
/// When a configuration, a contract or a build can't be read.
pub(super) fn all(target: &Target) -> Result<BTreeMap<String, Candidate>> {
    let (calls, contracts, workflows) =
        (tidy::calls()?, gate::committed(&target.home)?, gate::recordings(&target.home)?);
    let revision = revision();
    let mut candidates = BTreeMap::new();
    for (role, config) in &target.configs {
        let code = code::of(&target.entry(role))?;
        let code = code.map(|code| (code.hash, code.bytes)).unwrap_or_default();
        let spoken = Spoken::of(role, &calls, &contracts, &workflows)?;
        let release = Release::new(role, code, revision.clone(), Setup::of(config), spoken);
        let secrets = target.secrets.get(role).cloned().unwrap_or_default();
        candidates
            .insert(role.clone(), Candidate { name: target.name_of(role).to_owned(), release, secrets });
    }
    Ok(candidates)
}

/// The revision, with `+` where files differ from it; `unknown` outside a checkout.
pub(super) fn revision() -> String {
    let git = |arguments: &[&str]| {
        process::run(Command::new("git").current_dir(paths::root()).args(arguments)).ok()
    };
    let Some(head) = git(&["rev-parse", "--short=12", "HEAD"]) else { return "unknown".to_owned() };
    let changed = git(&["status", "--porcelain"]).is_some_and(|changes| !changes.trim().is_empty());
    format!("{}{}", head.trim(), if changed { "+" } else { "" })
}
