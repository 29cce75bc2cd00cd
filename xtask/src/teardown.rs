//! `cargo xtask teardown --env preview-NAME`: takes a preview away with all that is in it.
//!
//! It goes by the exact names that the environment has, never by how names begin: `preview-a` is not torn down with
//! `preview-a-b`. Staging and production are refused.

use anyhow::{Result, bail};
use serde_json::json;

use crate::environment::{EnvironmentName, Ids};
use crate::platform::{Failure, Platform};
use crate::provision::{self, Survey, Wanted};
use crate::ui::Ui;
use crate::{confirm, tidy};

/// Which preview, and how sure one is.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// `preview-<branch>`
    #[arg(long = "env", value_name = "NAME")]
    environment: EnvironmentName,
    /// Shows what would go and changes nothing
    #[arg(long)]
    dry_run: bool,
    /// Asks nothing
    #[arg(long, conflicts_with = "dry_run")]
    yes: bool,
}

/// Something that goes: what it is and is called, and its id where that is another.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Removal {
    kind: Kind,
    name: String,
    id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Application,
    Policy,
    Logpush,
    Worker,
    Workflow,
    Queue,
    Index,
    Namespace,
    Bucket,
    Database,
}

impl Kind {
    fn text(self) -> &'static str {
        match self {
            Self::Application => "Access application",
            Self::Policy => "Access policy",
            Self::Logpush => "Logpush job",
            Self::Worker => "Worker",
            Self::Workflow => "workflow",
            Self::Queue => "queue",
            Self::Index => "Vectorize index",
            Self::Namespace => "KV namespace",
            Self::Bucket => "R2 bucket",
            Self::Database => "D1 database",
        }
    }
}

/// Runs `cargo xtask teardown`.
///
/// # Errors
/// When the environment is no preview, it was declined, or the platform refuses; running it again goes on from there.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let name = &args.environment;
    if !name.is_preview() {
        bail!("`{name}` is never torn down: only previews are (`--env preview-<branch>`)");
    }
    let step = ui.step("platform");
    step.note("asking what is there");
    let platform = Platform::from_environment()?;
    let survey = provision::survey(name, &platform)?;
    let removals = removals(&survey)?;
    step.done(format!("{} to take away", removals.len()));
    if !ui.json() {
        for Removal { kind, name, .. } in &removals {
            ui.result(format!("  {} {:<18} {name}", ui.result_paint("31", "remove  "), kind.text()));
        }
    }
    let go = !args.dry_run && !removals.is_empty();
    if go {
        confirm::ask(
            &format!("Take all this away, with the data in it, from account {}?", platform.account()),
            args.yes,
        )?;
        let step = ui.step("teardown");
        for (done, removal) in removals.iter().enumerate() {
            step.note(format!("{} {}", removal.kind.text(), removal.name));
            remove(&platform, removal).map_err(|failure| {
                let context =
                    format!("{} {}, after {done} of {}", removal.kind.text(), removal.name, removals.len());
                anyhow::Error::from(failure).context(context)
            })?;
        }
        step.done(format!("{} taken away", removals.len()));
    }
    if !args.dry_run {
        Ids::forget(name)?;
    }
    if ui.json() {
        let removed: Vec<_> = removals
            .iter()
            .map(|removal| json!({ "kind": removal.kind.text(), "name": removal.name }))
            .collect();
        ui.result(json!({ "environment": name.to_string(), "applied": go, "removals": removed }));
    } else if removals.is_empty() {
        ui.say("nothing is there");
    } else if args.dry_run {
        ui.say("nothing was changed (--dry-run)");
    }
    Ok(())
}

/// What is there of an environment, in an order in which nothing that is left needs what is gone.
fn removals(Survey { found, effective, plan, .. }: &Survey) -> Result<Vec<Removal>> {
    let mut ordered = Vec::new();
    let mut add = |kind: Kind, name: &str, id: &str| {
        ordered.push(Removal { kind, name: name.to_owned(), id: id.to_owned() });
    };
    let wanted = || plan.iter().map(|step| &step.wanted);
    for wanted in wanted() {
        match wanted {
            Wanted::Application { name, .. } => {
                found
                    .apps
                    .iter()
                    .filter(|app| app.name == *name)
                    .for_each(|app| add(Kind::Application, name, &app.id));
            }
            Wanted::Logpush { name, .. } => {
                let jobs = found.jobs.iter().filter(|job| job.name.as_ref() == Some(name));
                jobs.for_each(|job| add(Kind::Logpush, name, &job.id.to_string()));
            }
            _ => {}
        }
    }
    for wanted in wanted() {
        if let Wanted::Policy { name, .. } = wanted {
            let policies = found.policies.iter().filter(|policy| policy.name == *name);
            policies.for_each(|policy| add(Kind::Policy, name, &policy.id));
        }
    }
    for role in callers_first()? {
        let worker = effective.workers.iter().find(|worker| worker.role == role);
        if let Some(worker) =
            worker.filter(|worker| found.workers.iter().any(|there| there.id == worker.name))
        {
            add(Kind::Worker, &worker.name, &worker.name);
        }
    }
    for wanted in wanted() {
        match wanted {
            Wanted::Workflow { name, .. } if found.workflows.iter().any(|there| there.name == *name) => {
                add(Kind::Workflow, name, name);
            }
            Wanted::Queue { name } => {
                found
                    .queues
                    .iter()
                    .filter(|queue| queue.name == *name)
                    .for_each(|queue| add(Kind::Queue, name, &queue.id));
            }
            Wanted::Index { name, .. } if found.indexes.iter().any(|there| there.name == *name) => {
                add(Kind::Index, name, name);
            }
            Wanted::Namespace { title, .. } => {
                let namespaces = found.namespaces.iter().filter(|there| there.title == *title);
                namespaces.for_each(|there| add(Kind::Namespace, title, &there.id));
            }
            Wanted::Bucket { name } if found.buckets.contains_key(name) => add(Kind::Bucket, name, name),
            Wanted::Database { name, .. } => {
                let databases = found.databases.iter().filter(|there| there.name == *name);
                databases.for_each(|there| add(Kind::Database, name, &there.id));
            }
            _ => {}
        }
    }
    Ok(ordered)
}

/// The Workers' roles, each before those that it calls: the platform refuses to take away what is bound.
fn callers_first() -> Result<Vec<String>> {
    let calls = tidy::calls()?;
    let mut left: Vec<String> = calls.iter().flat_map(|(from, to, _)| [from.clone(), to.clone()]).collect();
    left.sort();
    left.dedup();
    let mut ordered: Vec<String> = Vec::new();
    while !left.is_empty() {
        let called = |role: &String| calls.iter().any(|(from, to, _)| to == role && left.contains(from));
        let (later, now): (Vec<String>, Vec<String>) = left.iter().cloned().partition(called);
        if now.is_empty() {
            bail!("the Workers call each other in a cycle: `cargo xtask tidy` says which");
        }
        ordered.extend(now);
        left = later;
    }
    Ok(ordered)
}

fn remove(platform: &Platform, Removal { kind, id, .. }: &Removal) -> Result<(), Failure> {
    match kind {
        Kind::Application => platform.delete_access_app(id),
        Kind::Policy => platform.delete_access_policy(id),
        Kind::Logpush => platform.delete_logpush_job(id.parse().unwrap_or_default()),
        Kind::Worker => platform.delete_worker(id),
        Kind::Workflow => platform.delete_workflow(id),
        Kind::Queue => platform.delete_queue(id),
        Kind::Index => platform.delete_index(id),
        Kind::Namespace => platform.delete_namespace(id),
        Kind::Bucket => {
            platform.empty_bucket(id)?;
            platform.delete_bucket(id)
        }
        Kind::Database => platform.delete_database(id),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_worker_goes_before_those_that_it_calls() {
        let order = super::callers_first().unwrap();
        for (from, to, _) in crate::tidy::calls().unwrap() {
            let at = |role: &str| order.iter().position(|there| there == role);
            assert!(at(&from) < at(&to), "{from} calls {to}: {order:?}");
        }
    }
}
