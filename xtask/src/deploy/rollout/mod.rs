//! Carries a plan out: migrations that add, Workers callees first, migrations that take away.
//!
//! It keeps no record of its own. What is done is read from the platform each time (which versions were uploaded, which
//! take traffic, which migrations are applied), and every act can be done twice. So a deploy that was killed anywhere is
//! run again, and goes on.

use anyhow::{Context, Result};

use super::plan::{Action, Plan, Step};

/// What a rollout does to the world.
pub(super) trait Cloud {
    /// Applies migrations to a database, those that are named and not yet applied.
    fn migrate(&mut self, database: &str, names: &[String]) -> Result<()>;
    /// Deploys a Worker's code at once, with its Durable Object classes. Gives the version.
    fn deploy(&mut self, worker: &str) -> Result<String>;
    /// Uploads a Worker's code as a version that takes no traffic. Gives the version.
    fn upload(&mut self, worker: &str) -> Result<String>;
    /// Divides a Worker's traffic.
    fn split(&mut self, worker: &str, parts: &[(String, u8)]) -> Result<()>;
    /// Sets a Worker's crons, consumed queues, routes and workflows.
    fn triggers(&mut self, worker: &str) -> Result<()>;
    /// Asks a Worker how it is, by its health RPC. None where nobody is there yet who could ask.
    fn smoke(&mut self, worker: &str) -> Result<Option<()>>;
    /// Watches a version that has a part of the traffic beside the one before it.
    fn watch(&mut self, worker: &str, version: &str, stable: Option<&str>) -> Result<Watch>;
    /// Says what is being done.
    fn note(&mut self, what: &str);
}

/// What came of watching.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Watch {
    /// It may have more traffic.
    Fine,
    /// It fails more than it may: what was seen.
    Failing(String),
}

/// How a rollout that did not come to its end left things.
#[derive(Debug)]
pub(super) struct Stopped {
    /// What went wrong.
    pub(super) cause: anyhow::Error,
    /// Where everything stands, a line each.
    pub(super) stands: Vec<String>,
}

/// Carries out `plan`.
///
/// # Errors
/// [`Stopped`], after what failed was rolled back where it could be.
pub(super) fn run(plan: &Plan, cloud: &mut dyn Cloud) -> Result<(), Stopped> {
    let mut stands: Vec<String> = Vec::new();
    let stop = |cause: anyhow::Error, stands: &[String]| Stopped { cause, stands: stands.to_vec() };
    for (database, pending) in &plan.databases {
        if !pending.expand.is_empty() {
            cloud.note(&format!("migrating `{database}`"));
            cloud
                .migrate(database, &pending.expand)
                .with_context(|| format!("`{database}` was not migrated"))
                .map_err(|cause| stop(cause, &stands))?;
            stands.push(format!("`{database}` is migrated ({})", pending.expand.join(", ")));
        }
    }
    let mut waiting: Vec<&Step> = Vec::new();
    for (index, step) in plan.steps.iter().enumerate() {
        let outcome = worker(step, plan, cloud);
        let asked = match outcome {
            Ok(asked) => asked,
            Err((cause, stood)) => {
                stands.extend(stood);
                let left = plan.steps[index + 1..].iter().filter(|step| step.action != Action::Nothing);
                stands.extend(left.map(|step| format!("`{}` was not touched", step.worker)));
                return Err(stop(cause, &stands));
            }
        };
        if step.action != Action::Nothing {
            stands.push(format!("`{}` is deployed ({})", step.worker, step.tag));
        }
        if asked {
            // Now there is someone who can ask those that came before.
            for earlier in waiting.drain(..) {
                if let Err(cause) = cloud.smoke(&earlier.worker) {
                    let cause = cause.context(format!("`{}` does not work", earlier.worker));
                    return Err(stop(cause, &stands));
                }
            }
        } else {
            waiting.push(step);
        }
    }
    for (database, pending) in &plan.databases {
        if !pending.contract.is_empty() {
            cloud.note(&format!("migrating `{database}`: no old version serves any more"));
            cloud
                .migrate(database, &pending.contract)
                .with_context(|| format!("`{database}` keeps what no version needs: run the deploy again"))
                .map_err(|cause| stop(cause, &stands))?;
        }
    }
    Ok(())
}

/// One Worker, from upload to all traffic. Whether it could be asked how it is; or what went wrong and how it stands.
fn worker(step: &Step, plan: &Plan, cloud: &mut dyn Cloud) -> Result<bool, (anyhow::Error, Vec<String>)> {
    let name = &step.worker;
    let stood = |line: String| vec![line];
    match step.action {
        Action::Nothing => {
            cloud.triggers(name).map_err(|cause| (cause, stood(format!("`{name}` is as it was"))))?;
            Ok(true)
        }
        Action::First | Action::AtOnce | Action::Unknown => {
            cloud.note(&format!("deploying `{name}`"));
            cloud.deploy(name).map_err(|cause| (cause, stood(format!("`{name}` is as it was"))))?;
            let asked = cloud.smoke(name).map_err(|cause| {
                let line = if step.action == Action::First {
                    format!("`{name}` has its first version, which does not work: there is none to go back to")
                } else {
                    format!(
                        "`{name}` has the new version: the platform does not go back behind a change of Durable Object \
                         classes; mend it and deploy again"
                    )
                };
                (cause.context(format!("`{name}` does not work")), stood(line))
            })?;
            Ok(asked.is_some())
        }
        Action::Upload | Action::Resume => gradually(step, plan, cloud),
    }
}

fn gradually(
    step: &Step,
    Plan { percent, environment, .. }: &Plan,
    cloud: &mut dyn Cloud,
) -> Result<bool, (anyhow::Error, Vec<String>)> {
    let name = &step.worker;
    let untouched = |cause| (cause, vec![format!("`{name}` is as it was")]);
    cloud.note(&format!("uploading `{name}`"));
    let version = cloud.upload(name).map_err(untouched)?;
    let stable = step.live.iter().find(|(live, _)| *live != version).map(|(live, _)| live.clone());
    let has = step.live.iter().find(|(live, _)| *live == version).map_or(0.0, |(_, part)| *part);
    let mut asked = true;
    for part in percent.iter().copied().filter(|part| f64::from(*part) >= has || *part == 100) {
        cloud.note(&format!("`{name}`: {part} % of the traffic to {version}"));
        let mut parts = vec![(version.clone(), part)];
        if let (Some(stable), true) = (&stable, part < 100) {
            parts.push((stable.clone(), 100 - part));
        }
        let tried = cloud.split(name, &parts).and_then(|()| cloud.smoke(name));
        let answer = match tried {
            Ok(answer) => answer,
            Err(cause) => {
                let cause = cause.context(format!("`{name}` does not work with {part} % of the traffic"));
                return Err((cause, vec![back(name, &version, stable.as_ref(), cloud)]));
            }
        };
        asked = answer.is_some();
        if part < 100 {
            match cloud.watch(name, &version, stable.as_deref()) {
                Ok(Watch::Fine) => {}
                Ok(Watch::Failing(seen)) => {
                    let line = format!(
                        "`{name}` holds at {part} % of the traffic to {version}: deploy a mended one, run the same again \
                         to watch it on, add `--percent 100` to go on all the same, or go back with \
                         `cargo xtask rollback {name} --env {environment}`"
                    );
                    let cause = anyhow::anyhow!("the new version of `{name}` fails too often: {seen}");
                    return Err((cause, vec![line]));
                }
                Err(cause) => {
                    let line = format!("`{name}` holds at {part} % of the traffic to {version}");
                    return Err((cause, vec![line]));
                }
            }
        }
    }
    cloud.triggers(name).map_err(|cause| {
        let line = format!("`{name}` serves the new version, with the triggers of the old one");
        (
            cause.context(format!("`{name}` has not its crons, queues and routes: run the deploy again")),
            vec![line],
        )
    })?;
    Ok(asked)
}

/// All traffic back to the version before. What it says is where the Worker stands then.
fn back(name: &str, version: &str, stable: Option<&String>, cloud: &mut dyn Cloud) -> String {
    let Some(stable) = stable else {
        return format!("`{name}` serves {version} alone: there is no version before it");
    };
    cloud.note(&format!("rolling `{name}` back to {stable}"));
    match cloud.split(name, &[(stable.clone(), 100)]) {
        Ok(()) => format!("`{name}` is rolled back: all of its traffic goes to {stable}"),
        Err(error) => format!(
            "`{name}` is not rolled back ({error:#}): run `cargo xtask rollback {name}`, so that {stable} serves alone"
        ),
    }
}

#[cfg(test)]
mod tests;
