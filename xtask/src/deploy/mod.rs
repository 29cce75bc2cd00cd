//! `cargo xtask deploy` and `rollback`: from this checkout to what is live, with a plan first and a way back.

mod actor;
mod candidates;
mod code;
mod live;
mod migrations;
mod order;
mod plan;
mod release;
mod rollback;
mod rollout;
mod setup;
mod smoke;
mod target;
mod watch;
mod wrangler;

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead, IsTerminal, Write};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use self::actor::Actor;
use self::migrations::Pending;
use self::plan::{Action, Candidate, Facts, GIVEN, Plan, Remote};
use self::smoke::Smoke;
use crate::platform::{Failure, Platform};
use crate::setup::Toolchain;
use crate::ui::{Told, Ui, Verdict};
use crate::{build, gate};

pub(crate) use self::live::LiveRelease;
pub(crate) use self::rollback::{Args as RollbackArgs, run as rollback};
pub(crate) use self::target::Target;

/// What a plan that can't be carried out ends with.
const REFUSED: u8 = 2;

/// What to deploy, and where.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Workers by role; all four when none is named
    workers: Vec<String>,
    /// The environment: `staging`, `production` or `preview-NAME`
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// Prints the plan and changes nothing; works without an account, and builds nothing
    #[arg(long)]
    dry_run: bool,
    /// Deploys without asking
    #[arg(long)]
    yes: bool,
    /// The parts of traffic that a new version takes one after the other, such as `10,50,100`
    #[arg(long, value_name = "PERCENT", value_delimiter = ',', default_value = "100")]
    percent: Vec<u8>,
    /// How many seconds a version is watched before it takes a larger part
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    hold: u64,
    /// How many seconds a version may take until it passes its smoke test
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    smoke: u64,
    /// Deploys although this contract or workflow breaks, as one may where nobody is hit
    #[arg(long, value_name = "NAME")]
    accept: Vec<String>,
    /// The gateway's origin, where it is not what the configuration says
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// Deploys Workers that were built elsewhere and builds nothing: a checkout's folder with `workers/` and `contracts/`
    #[arg(long, value_name = "FOLDER")]
    prebuilt: Option<PathBuf>,
    #[command(flatten)]
    profile: build::Choice,
}

/// All that a plan is made from, kept for carrying it out.
struct Scene {
    target: Target,
    order: Vec<String>,
    chosen: BTreeSet<String>,
    candidates: BTreeMap<String, Candidate>,
    remote: Option<BTreeMap<String, Remote>>,
}

/// Runs `cargo xtask deploy`.
///
/// # Errors
/// When the plan is refused ([`Verdict`] 2), when the platform or wrangler fails, or when a smoke test does.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let percent = stages(&args.percent)?;
    let environment = match (&args.env, args.dry_run) {
        (Some(name), _) => name.clone(),
        (None, true) => "production".to_owned(),
        (None, false) => bail!("say where to deploy: `--env staging`, or `--dry-run` to see a plan"),
    };
    let (mut target, unprovisioned) = Target::load(&environment)?;
    if let Some(folder) = &args.prebuilt {
        target.home = folder.canonicalize().with_context(|| format!("there is no `{}`", folder.display()))?;
    }
    if !unprovisioned.is_empty() && !args.dry_run {
        bail!(
            "`{environment}` lacks {}: run `cargo xtask provision --env {environment}` first",
            unprovisioned.join(", ")
        );
    }
    let needs = order::needs(&target.configs);
    let order = order::order(&needs)?;
    let chosen = chosen(&args.workers, &order)?;
    let platform = match Platform::from_environment() {
        Ok(platform) => Some(platform),
        // A plan can be read without an account.
        Err(Failure::NoToken) if args.dry_run => None,
        Err(failure) => return Err(failure.into()),
    };
    let toolchain = if args.dry_run {
        None
    } else {
        let toolchain = crate::setup::ensure(ui)?;
        if args.prebuilt.is_none() {
            let all: Vec<String> = target.configs.keys().cloned().collect();
            build::ensure_named(&all, args.profile.into(), &toolchain, ui)?;
        }
        Some(toolchain)
    };
    let candidates = candidates::all(&target)?;
    if !args.dry_run {
        for role in &chosen {
            let built = candidates.get(role).is_some_and(|candidate| !candidate.release.code.is_empty());
            anyhow::ensure!(built, "`{role}` is not built in `{}`", target.home.display());
        }
    }
    let remote = platform.as_ref().map(|platform| ask(platform, &candidates, ui)).transpose()?;
    let scene = Scene { target, order, chosen, candidates, remote };
    let accepted = args.accept.iter().cloned().collect();
    let mut plan = scene.plan(platform.as_ref(), &percent, &accepted)?;
    if !unprovisioned.is_empty() {
        let lacks = unprovisioned.join(", ");
        plan.notes.push(format!("`{environment}` is not provisioned yet: it lacks {lacks}"));
    }
    show(&plan, ui);
    if !plan.refusals.is_empty() {
        return Err(Verdict(REFUSED).into());
    }
    let (Some(platform), Some(toolchain)) = (platform, toolchain) else { return Ok(()) };
    if !args.yes && !plan.is_empty() && !confirmed(ui)? {
        ui.say("nothing was changed");
        return Ok(());
    }
    let url = match &args.url {
        Some(url) => Some(url.clone()),
        None => scene.target.gateway(&platform)?,
    };
    let smoke = url.as_deref().map(|url| Smoke::new(url, Duration::from_secs(args.smoke)));
    scene.carry_out(&plan, (&platform, &toolchain), smoke, Duration::from_secs(args.hold), ui)
}

impl Scene {
    fn plan(&self, platform: Option<&Platform>, percent: &[u8], accepted: &BTreeSet<String>) -> Result<Plan> {
        let recorded = gate::recordings(&self.target.home)?;
        let mut notes = Vec::new();
        let mut stranded = (Vec::new(), Vec::new());
        if let Some(platform) = platform {
            let (instances, more) = live::instances(platform, &self.target, &recorded, &self.chosen)?;
            notes = more;
            let live = self.live_recordings();
            stranded = gate::stranded(&instances, &live, &recorded);
        }
        let secrets = self.candidates.values().flat_map(|candidate| candidate.secrets.keys());
        let mut plan = plan::plan(Facts {
            environment: &self.target.name,
            order: &self.order,
            candidates: &self.candidates,
            chosen: &self.chosen,
            remote: self.remote.as_ref(),
            databases: self.databases(platform)?,
            stranded,
            percent,
            accepted,
            given: &secrets.filter(|name| given(name).is_some()).cloned().collect(),
        });
        plan.notes.extend(notes);
        Ok(plan)
    }

    /// The workflows' recordings of the versions that serve most.
    fn live_recordings(&self) -> BTreeMap<String, gate::Recording> {
        let versions = self.remote.iter().flat_map(BTreeMap::values).filter_map(|remote| remote.live.first());
        let releases = versions.filter_map(|version| version.release.as_ref());
        releases.flat_map(|release| release.spoken.workflows.clone()).collect()
    }

    /// What is to be applied to each database that a chosen Worker binds.
    fn databases(&self, platform: Option<&Platform>) -> Result<BTreeMap<String, Pending>> {
        let mut pending = BTreeMap::new();
        for (name, database) in self.target.databases() {
            let all = migrations::read(&database.migrations)?;
            let users: Vec<&String> = self
                .target
                .configs
                .iter()
                .filter(|(_, config)| {
                    let bound = config["d1_databases"].as_array().into_iter().flatten();
                    bound.into_iter().any(|bound| bound["database_name"] == name.as_str())
                })
                .map(|(role, _)| role)
                .collect();
            if !users.iter().any(|role| self.chosen.contains(*role)) {
                continue;
            }
            let live = |role: &&&String| {
                let remote = self.remote.as_ref().and_then(|remote| remote.get(role.as_str()));
                remote.is_some_and(|remote| !remote.live.is_empty())
            };
            let unused = !users.iter().any(|role| live(&role));
            let applied = match platform {
                Some(platform) => live::applied(platform, &database.id)?,
                None => BTreeSet::new(),
            };
            let mut found = migrations::pending(&all, &applied, unused)?;
            // What is taken away may still be used by a Worker that stays as it is.
            if users.iter().any(|role| !self.chosen.contains(*role) && live(&role)) {
                found.contract.clear();
            }
            pending.insert(name, found);
        }
        Ok(pending)
    }

    fn carry_out(
        &self,
        plan: &Plan,
        (platform, toolchain): (&Platform, &Toolchain),
        smoke: Option<Smoke>,
        hold: Duration,
        ui: &Ui,
    ) -> Result<()> {
        let step = ui.step("deploy");
        let resumed = plan.steps.iter().filter(|step| step.action == Action::Resume);
        let uploaded = resumed.filter_map(|step| {
            let version = self.remote.as_ref()?.get(&step.worker)?.uploaded.clone()?;
            Some((step.worker.clone(), version))
        });
        let secrets = plan.steps.iter().map(|step| {
            let values = step.given_secrets.iter().filter_map(|name| Some((name.clone(), given(name)?)));
            (step.worker.clone(), values.collect())
        });
        let mut actor = Actor {
            platform,
            toolchain,
            target: &self.target,
            candidates: &self.candidates,
            secrets: secrets.collect(),
            uploaded: uploaded.collect(),
            smoke,
            hold,
            message: format!("weft {}", candidates::revision()),
            step: &step,
            ui,
            uncounted: false,
            given: BTreeMap::new(),
        };
        if actor.smoke.is_none() {
            ui.say("the gateway has no public address that is known here: no smoke test (`--url` names one)");
        }
        let outcome = rollout::run(plan, &mut actor);
        let given = std::mem::take(&mut actor.given);
        drop(actor);
        match outcome {
            Ok(()) => {
                let count = given.len();
                let detail =
                    if count == 0 { "nothing had changed".to_owned() } else { format!("{count} live") };
                step.done(format!("`{}`: {detail}", plan.environment));
                if ui.json() {
                    let versions: BTreeMap<&String, &String> =
                        given.iter().map(|(role, (version, _))| (role, version)).collect();
                    ui.result(serde_json::json!({ "environment": plan.environment, "deployed": versions }));
                }
                Ok(())
            }
            Err(stopped) => {
                drop(step);
                if ui.json() {
                    let cause = format!("{:#}", stopped.cause);
                    ui.result(serde_json::json!({ "stopped": cause, "stands": stopped.stands }));
                    return Err(Told.into());
                }
                ui.say("where it stands:");
                for line in &stopped.stands {
                    ui.say(format!("  {line}"));
                }
                Err(stopped.cause.context("the deploy stopped; run it again to go on"))
            }
        }
    }
}

/// What is live, of every Worker.
fn ask(
    platform: &Platform,
    candidates: &BTreeMap<String, Candidate>,
    ui: &Ui,
) -> Result<BTreeMap<String, Remote>> {
    let step = ui.step("platform");
    step.note("asking what is live");
    let mut remote = BTreeMap::new();
    for (role, candidate) in candidates {
        remote.insert(role.clone(), live::remote(platform, &candidate.name, &candidate.release.tag())?);
    }
    let there = remote.values().filter(|remote| !remote.live.is_empty()).count();
    step.done(format!("{there} of {} Workers are live", candidates.len()));
    Ok(remote)
}

fn show(plan: &Plan, ui: &Ui) {
    if ui.json() {
        ui.result(serde_json::json!({ "plan": plan }));
    } else {
        ui.result(plan::text(plan));
    }
}

/// Asks the person; a script has to say `--yes`.
fn confirmed(ui: &Ui) -> Result<bool> {
    if !std::io::stdin().is_terminal() || ui.json() {
        bail!("nobody is here to ask: read the plan, and add `--yes`");
    }
    let mut err = std::io::stderr().lock();
    write!(err, "Deploy this? [y/N] ").and_then(|()| err.flush())?;
    drop(err);
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line)?;
    Ok(matches!(line.trim(), "y" | "Y" | "yes"))
}

/// The value of a secret that this run was given.
fn given(name: &str) -> Option<String> {
    std::env::var(format!("{GIVEN}{name}")).ok().filter(|value| !value.is_empty())
}

/// The Workers that were named, or all.
fn chosen(named: &[String], order: &[String]) -> Result<BTreeSet<String>> {
    for name in named {
        if !order.contains(name) {
            bail!("there is no Worker `{name}`; there are: {}", order.join(", "));
        }
    }
    Ok(if named.is_empty() { order.iter().cloned().collect() } else { named.iter().cloned().collect() })
}

/// Parts of traffic, each larger than the one before, and all of it in the end.
fn stages(percent: &[u8]) -> Result<Vec<u8>> {
    let rises = percent.windows(2).all(|pair| pair[0] < pair[1]);
    if !rises || percent.first() == Some(&0) || percent.last() != Some(&100) {
        bail!("`--percent` takes parts that grow up to 100, such as `10,50,100`");
    }
    Ok(percent.to_vec())
}

/// The configurations of `wrangler/`, by role: those of no environment in particular.
#[cfg(test)]
fn base_configs() -> BTreeMap<String, serde_json::Value> {
    crate::environment::Environment::read("staging".parse().unwrap()).unwrap().bases().clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_traffic_grow_to_all_of_it() {
        assert_eq!(stages(&[10, 50, 100]).unwrap(), [10, 50, 100]);
        for wrong in [&[][..], &[10], &[50, 10, 100], &[0, 100], &[100, 100]] {
            assert!(stages(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_worker_that_is_none_is_refused_with_those_that_are() {
        let order = ["pipeline".to_owned(), "gateway".to_owned()];
        assert_eq!(chosen(&[], &order).unwrap().len(), 2);
        let refused = chosen(&["getaway".to_owned()], &order).unwrap_err().to_string();
        assert!(refused.contains("pipeline, gateway"), "{refused}");
    }
}
