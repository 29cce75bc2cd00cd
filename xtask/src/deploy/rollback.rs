//! `cargo xtask rollback WORKER --env NAME`: all traffic back to the version before.

use anyhow::{Context, Result, bail};
use mesh_contract::{Peers, Situation, meeting};

use super::live;
use super::target::Target;
use super::{confirmed, order};
use crate::platform::{Platform, Share};
use crate::ui::{Ui, Verdict};

/// What to roll back.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The Worker's role
    worker: String,
    /// The environment
    #[arg(long, value_name = "NAME")]
    env: String,
    /// To this version instead of the one that served before
    #[arg(long, value_name = "ID")]
    to: Option<String>,
    /// Rolls back without asking
    #[arg(long)]
    yes: bool,
    /// Rolls back although callers that are live would be refused
    #[arg(long)]
    force: bool,
}

/// Runs `cargo xtask rollback`.
///
/// # Errors
/// When there is nothing to go back to, when live callers would not understand it ([`Verdict`] 2), or the platform fails.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let (target, _) = Target::load(&args.env)?;
    if !target.configs.contains_key(&args.worker) {
        let known: Vec<&str> = target.configs.keys().map(String::as_str).collect();
        bail!("there is no Worker `{}`; there are: {}", args.worker, known.join(", "));
    }
    let name = target.name_of(&args.worker).to_owned();
    let platform = Platform::from_environment()?;
    let deployments = platform.deployments(&name)?;
    let current = deployments.first().with_context(|| format!("`{name}` was never deployed"))?;
    let to = match args.to {
        Some(to) => to,
        None => before(current.versions.as_slice(), &deployments)
            .with_context(|| format!("`{name}` has no version before the one that serves"))?,
    };
    if current.versions.len() == 1 && current.versions[0].version_id == to {
        ui.say(format!("`{name}` serves {to} alone already"));
        return Ok(());
    }
    let refused = refused_callers(&platform, &target, &args.worker, &to)?;
    for sentence in &refused {
        ui.say(format!("  ✗ {sentence}"));
    }
    if !refused.is_empty() && !args.force {
        ui.say("roll those back first, or add `--force`");
        return Err(Verdict(super::REFUSED).into());
    }
    ui.say(format!("`{name}`: all traffic to {to}"));
    if !args.yes && !confirmed(ui)? {
        ui.say("nothing was changed");
        return Ok(());
    }
    let step = ui.step("rollback");
    let share = Share { version_id: to.clone(), percentage: 100.0 };
    platform
        .deploy(&name, &[share], "weft rollback")
        .with_context(|| format!("`{name}` goes on as it was; the platform does not go back behind a change of Durable Object classes"))?;
    step.done(format!("`{name}` serves {to}; migrations and triggers stay as they are"));
    if ui.json() {
        ui.result(serde_json::json!({ "worker": args.worker, "version": to }));
    }
    Ok(())
}

/// The version to go back to: in a rollout that is half-way, the older one with the larger part; else the one that served
/// alone before.
pub(super) fn before(current: &[Share], deployments: &[crate::platform::Deployment]) -> Option<String> {
    let newest = deployments.iter().skip(1);
    let alone = |version: &str| current.len() == 1 && current[0].version_id == version;
    if current.len() > 1 {
        // Of the versions that serve, the one that served before the other came.
        let served = newest.clone().flat_map(|deployment| &deployment.versions);
        let counts = served.filter(|share| share.percentage >= 100.0).map(|share| &share.version_id);
        let mut earlier = counts.filter(|id| current.iter().any(|share| share.version_id == **id));
        return earlier.next().cloned();
    }
    newest
        .filter(|deployment| deployment.versions.len() == 1)
        .map(|deployment| deployment.versions[0].version_id.clone())
        .find(|version| !alone(version))
}

/// Live callers that an older callee would not understand, a sentence each.
fn refused_callers(platform: &Platform, target: &Target, worker: &str, to: &str) -> Result<Vec<String>> {
    let Some(callee) = live::release(platform, target.name_of(worker), to)? else { return Ok(Vec::new()) };
    let mut refused = Vec::new();
    for (caller, needed) in order::needs(&target.configs) {
        if !needed.contains(worker) {
            continue;
        }
        let name = target.name_of(&caller);
        let serving = platform.deployments(name)?.into_iter().next();
        for share in serving.into_iter().flat_map(|deployment| deployment.versions) {
            let Some(release) = live::release(platform, name, &share.version_id)? else { continue };
            let callers = [caller.clone()];
            let peers = Peers { callers: &callers, callee: Some(worker) };
            for (_, contract) in release.spoken.calls.iter().filter(|(to, _)| to == worker) {
                let Some(spoken) = release.spoken.documents.get(contract) else { continue };
                let served = callee.spoken.serves.contains(contract);
                let document = callee.spoken.documents.get(contract).filter(|_| served);
                let found = meeting(contract, spoken, document, Situation::NewCallerOldCallee, peers);
                refused.extend(found.into_iter().map(|found| found.sentence));
            }
        }
    }
    refused.sort();
    refused.dedup();
    Ok(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::Deployment;

    fn deployment(shares: &[(&str, f64)]) -> Deployment {
        let versions = shares
            .iter()
            .map(|(id, percentage)| serde_json::json!({ "version_id": id, "percentage": percentage }));
        let versions: Vec<_> = versions.collect();
        serde_json::from_value(serde_json::json!({ "id": "d", "created_on": "", "versions": versions }))
            .unwrap()
    }

    fn target(deployments: &[Deployment]) -> Option<String> {
        before(&deployments[0].versions, deployments)
    }

    #[test]
    fn it_goes_back_to_what_served_alone_before() {
        let (one, two) = (deployment(&[("one", 100.0)]), deployment(&[("two", 100.0)]));
        let half = deployment(&[("two", 10.0), ("one", 90.0)]);
        assert_eq!(target(&[two.clone(), half.clone(), one.clone()]).as_deref(), Some("one"));
        assert_eq!(target(&[half, one.clone()]).as_deref(), Some("one"));
        assert_eq!(
            target(&[two.clone(), two, one.clone()]).as_deref(),
            Some("one"),
            "its triggers were set again"
        );
        assert_eq!(target(&[one]), None);
    }
}
