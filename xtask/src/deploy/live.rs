//! What is live, read from the platform.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::plan::{LiveVersion, Remote};
use super::release::{MODULE, Release};
use super::rollback;
use super::target::Target;
use crate::gate::{Instance, Recording};
use crate::platform::{Failure, Platform};

/// Statuses of instances that have not ended.
const OPEN: [&str; 5] = ["queued", "running", "paused", "waiting", "waitingForPause"];
/// The annotation that has a version's tag.
const TAG: &str = "workers/tag";
/// Instances of one workflow that are looked at; more are told of as a number.
const LOOKED_AT: usize = 200;

/// What a live version was uploaded with, as far as it is shown.
pub(crate) struct LiveRelease {
    /// The revision that it was built from.
    pub(crate) revision: String,
    /// Its code by content.
    pub(crate) code: String,
    /// The contracts behind its entrypoints, with their fingerprints.
    pub(crate) contracts: String,
}

impl LiveRelease {
    /// Reads it from the platform; none where the version was uploaded by other means.
    ///
    /// # Errors
    /// When the platform can't be asked.
    pub(crate) fn read(platform: &Platform, name: &str, version: &str) -> Result<Option<Self>> {
        let found = release(platform, name, version)?;
        Ok(found.map(|release| Self {
            contracts: release.spoken.contract_line(),
            revision: release.revision,
            code: release.code,
        }))
    }
}

/// What the platform has of a Worker. `tag` is the candidate's.
///
/// # Errors
/// When the platform can't be asked.
pub(super) fn remote(platform: &Platform, name: &str, tag: &str) -> Result<Remote> {
    let deployments =
        platform.deployments(name).with_context(|| format!("can't see what serves as `{name}`"))?;
    let Some(current) = deployments.first() else { return Ok(Remote::default()) };
    // Half-way through a rollout, the version that it began with is the one to go on beside and to go back to.
    let stable = rollback::before(&current.versions, &deployments).filter(|_| current.versions.len() > 1);
    let versions = platform.versions(name)?;
    // Only the latest upload: an older one has the secrets of its time.
    let latest = versions.iter().max_by_key(|version| version.number);
    let tagged =
        |version: &&crate::platform::Version| version.annotations.get(TAG).map(String::as_str) == Some(tag);
    let uploaded = latest.filter(tagged).map(|version| version.id.clone());
    let mut live = Vec::new();
    for share in &current.versions {
        let release = release(platform, name, &share.version_id)?;
        let tag = release.as_ref().map(Release::tag);
        live.push(LiveVersion { id: share.version_id.clone(), percent: share.percentage, tag, release });
    }
    live.sort_by(|one, other| other.percent.total_cmp(&one.percent));
    live.sort_by_key(|version| Some(&version.id) != stable.as_ref());
    let secrets = platform.secrets(name)?.into_iter().collect();
    Ok(Remote { live, uploaded, secrets })
}

/// What a version was uploaded with; none where it was uploaded by other means, or in a form that is not known here.
///
/// # Errors
/// When the platform can't be asked.
pub(super) fn release(platform: &Platform, name: &str, version: &str) -> Result<Option<Release>> {
    let text = match platform.module_text(name, version, MODULE) {
        Ok(text) => text,
        Err(failure) if failure.is_missing() => None,
        Err(failure) => {
            return Err(failure).with_context(|| format!("can't read version {version} of `{name}`"));
        }
    };
    Ok(text.and_then(|text| Release::parse(&text).ok()))
}

/// The migrations that a database has; none where the database isn't there yet.
///
/// # Errors
/// When the platform can't be asked.
pub(super) fn applied(platform: &Platform, id: &str) -> Result<BTreeSet<String>> {
    match platform.applied_migrations(id) {
        Ok(names) => Ok(names.into_iter().collect()),
        Err(Failure::Missing(_)) => Ok(BTreeSet::new()),
        Err(failure) => Err(failure.into()),
    }
}

/// The instances of an environment's workflows that have not ended, with their journals, and what could not be looked at.
///
/// # Errors
/// When the platform can't be asked.
pub(super) fn instances(
    platform: &Platform,
    target: &Target,
    recorded: &BTreeMap<String, Recording>,
    roles: &BTreeSet<String>,
) -> Result<(Vec<Instance>, Vec<String>)> {
    let (mut found, mut notes) = (Vec::new(), Vec::new());
    for role in roles {
        for (class, name) in target.workflows(role) {
            if !recorded.contains_key(&class) {
                continue;
            }
            let mut open = Vec::new();
            for status in OPEN {
                match platform.instances(&name, status) {
                    Ok(listed) => open.extend(listed),
                    Err(failure) if failure.is_missing() => {}
                    Err(failure) => return Err(failure.into()),
                }
            }
            if open.len() > LOOKED_AT {
                notes.push(format!(
                    "`{class}` has {} instances that have not ended, of which {LOOKED_AT} were looked at",
                    open.len()
                ));
            }
            for instance in open.into_iter().take(LOOKED_AT) {
                let steps = platform.instance_steps(&name, &instance.id)?;
                found.push(Instance::read(&class, &instance.id, &instance.status, &steps));
            }
        }
    }
    Ok((found, notes))
}
