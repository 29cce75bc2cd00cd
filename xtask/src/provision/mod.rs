//! `cargo xtask provision --env NAME`: makes or adopts what an environment needs on the platform before it is deployed.
//!
//! It shows a plan first, goes by names, and may be run again at any time: what is there stays. It touches nothing whose
//! name is not the environment's own, except the rules of the environment's own buckets, and the account's one secrets
//! store, which it only notes.

mod apply;
mod found;
mod plan;
#[cfg(test)]
mod tests;
mod wanted;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::confirm;
use crate::environment::{Effective, Environment, EnvironmentName, Ids, ids_file};
use crate::platform::Platform;
use crate::ui::{Told, Ui};

pub(crate) use found::Found;
pub(crate) use plan::{Step, Verdict};
pub(crate) use wanted::Wanted;

/// Which environment, and how sure one is.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// `staging`, `production` or `preview-<branch>`
    #[arg(long = "env", value_name = "NAME")]
    environment: EnvironmentName,
    /// Shows the plan and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Asks nothing
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

/// An environment and what there is of it.
pub(crate) struct Survey {
    pub(crate) environment: Environment,
    pub(crate) effective: Effective,
    pub(crate) found: Found,
    pub(crate) ids: Ids,
    pub(crate) plan: Vec<Step>,
}

/// Looks at an environment and at what there is of it.
///
/// # Errors
/// When a file of `wrangler/` can't be read, the platform can't be asked, or the notes are of another account.
pub(crate) fn survey(name: &EnvironmentName, platform: &Platform) -> Result<Survey> {
    let environment = Environment::read(name.clone())?;
    let ids = Ids::read(name)?;
    if let Some(account) = ids.account.as_ref().filter(|account| *account != platform.account()) {
        bail!(
            "`{}` is of the account {account}, and this is {}: set `CLOUDFLARE_ACCOUNT_ID`, or remove the file to begin anew",
            ids_file(name),
            platform.account()
        );
    }
    let effective = environment.effective(&ids)?;
    let subdomain = platform.subdomain()?;
    let wanted = wanted::wanted(&environment, &effective, subdomain.as_deref());
    let found = Found::ask(platform, &wanted)?;
    let plan = plan::plan(wanted, &found, &ids);
    Ok(Survey { environment, effective, found, ids, plan })
}

/// Runs `cargo xtask provision`.
///
/// # Errors
/// When something is in the way, was declined, or the platform refuses; running it again goes on from there.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let name = &args.environment;
    let step = ui.step("platform");
    step.note("asking what is there");
    let platform = Platform::from_environment()?;
    let Survey { environment, mut found, mut ids, plan, .. } = survey(name, &platform)?;
    let work: Vec<&Step> = plan.iter().filter(|step| step.verdict.is_work()).collect();
    step.done(format!("{} of {} to do", work.len(), plan.len()));
    if !ui.json() {
        show(&plan, ui);
    }
    let blocked = plan.iter().filter(|step| matches!(step.verdict, Verdict::Blocked(_))).count();
    if blocked > 0 {
        report(name, &platform, &plan, false, ui);
        if ui.json() {
            return Err(Told.into());
        }
        bail!("{blocked} in the way: nothing was changed");
    }
    if work.is_empty() && !args.dry_run {
        written(&environment, &ids)?;
    }
    if args.dry_run || work.is_empty() {
        report(name, &platform, &plan, false, ui);
        ui.say(if work.is_empty() { "all is there" } else { "nothing was changed (--dry-run)" });
        return Ok(());
    }
    confirm::ask(&format!("Do this in account {}?", platform.account()), args.yes)?;
    let step = ui.step("provision");
    ids.account = Some(platform.account().to_owned());
    ids.write(name)?;
    let mut site = apply::Site { platform: &platform, environment: name, found: &mut found, ids: &mut ids };
    for (done, work) in work.iter().enumerate() {
        let Step { wanted, verdict } = work;
        step.note(format!("{} {} {}", verdict.word(), wanted.kind(), wanted.label()));
        site.apply(work).map_err(|error| {
            error.context(format!("{} {}, after {done} of {}", wanted.kind(), wanted.label(), plan.len()))
        })?;
    }
    written(&environment, &ids)?;
    step.done(format!("{} done, ids in {}", work.len(), ids_file(name)));
    report(name, &platform, &plan, true, ui);
    Ok(())
}

/// Makes the effective configurations, in which nothing may be missing now.
fn written(environment: &Environment, ids: &Ids) -> Result<()> {
    match environment.write(ids)?.missing.as_slice() {
        [] => Ok(()),
        missing => bail!("the platform gave no id of {}: run this again", missing.join(", ")),
    }
}

/// The plan for people: what is to be done, and a line for what is not.
fn show(plan: &[Step], ui: &Ui) {
    let kept = plan.iter().filter(|step| step.verdict == Verdict::Keep).count();
    for Step { wanted, verdict } in plan.iter().filter(|step| step.verdict != Verdict::Keep) {
        let color = match verdict {
            Verdict::Blocked(_) => "31",
            Verdict::Later(_) => "2",
            _ => "32",
        };
        let word = ui.result_paint(color, &format!("{:<8}", verdict.word()));
        let detail = verdict.detail().map(|detail| format!(": {detail}")).unwrap_or_default();
        ui.result(format!("  {word} {:<18} {}{detail}", wanted.kind(), wanted.label()));
    }
    if kept > 0 {
        ui.result(format!("  {} {kept} that are there", ui.result_paint("2", "keep    ")));
    }
}

/// The plan for scripts.
fn report(name: &EnvironmentName, platform: &Platform, plan: &[Step], applied: bool, ui: &Ui) {
    if ui.json() {
        let steps: Vec<Value> = plan.iter().map(line).collect();
        ui.result(json!({
            "environment": name.to_string(),
            "account": platform.account(),
            "applied": applied,
            "steps": steps,
        }));
    }
}

fn line(Step { wanted, verdict }: &Step) -> Value {
    json!({ "kind": wanted.kind(), "name": wanted.label(), "verdict": verdict.word(), "detail": verdict.detail() })
}
