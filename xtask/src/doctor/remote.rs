//! An environment on the platform: what provisioning and deploys should have left there, against what is there.

use std::collections::BTreeSet;
use std::fs;

use anyhow::Result;
use serde_json::Value;

use super::Finding;
use crate::environment::{EnvironmentName, WorkerConfig, ids_file};
use crate::paths;
use crate::platform::{Failure, Plan, Platform};
use crate::provision::{self, Step, Survey, Verdict};

/// Looks at an environment. What can't be looked at is said, and the rest goes on.
pub(super) fn look(name: &EnvironmentName, platform: &Platform) -> Vec<Finding> {
    let mut findings = vec![Finding::well("account", platform.account()), paid(platform)];
    let survey = match provision::survey(name, platform) {
        Ok(survey) => survey,
        Err(error) => {
            findings.push(Finding::unchecked(name.to_string(), format!("{error:#}")));
            return findings;
        }
    };
    findings.extend(survey.plan.iter().filter_map(|step| resource(name, step)));
    let kept = survey.plan.iter().filter(|step| step.verdict == Verdict::Keep).count();
    findings
        .push(Finding::well("resources", format!("{kept} of {} are as they should be", survey.plan.len())));
    if survey.environment.settings.operators.is_empty() {
        findings.push(Finding::notice(
            "admin",
            "Access lets nobody in",
            format!(
                "name people under `operators` in `wrangler/environments/{}.jsonc`, and provision",
                name.kind()
            ),
        ));
    }
    let mut databases = BTreeSet::new();
    for worker in &survey.effective.workers {
        findings.extend(worker_there(name, worker, &survey, platform));
        for database in worker.value["d1_databases"].as_array().into_iter().flatten() {
            if databases.insert(text(database, "database_name")) {
                findings.push(migrations(name, worker, database, &survey, platform));
            }
        }
    }
    findings
}

/// Whether the account has the plan that the Workers need.
fn paid(platform: &Platform) -> Finding {
    match platform.plan() {
        Ok(Plan::Paid) => Finding::well("plan", "Workers Paid"),
        Ok(Plan::Free) => Finding::problem(
            "plan",
            "Workers Free, where a Worker may have 3 MB and 10 ms of computing",
            "choose Workers Paid in the dashboard",
        ),
        Err(failure) => Finding::unchecked("plan", failure.to_string()),
    }
}

/// What a step of the plan means to somebody who has provisioned already.
fn resource(name: &EnvironmentName, Step { wanted, verdict }: &Step) -> Option<Finding> {
    let about = format!("{} {}", wanted.kind(), wanted.label());
    let provision = format!("run `cargo xtask provision --env {name}`");
    match verdict {
        Verdict::Keep => None,
        Verdict::Create => Some(Finding::problem(about, "it is missing", provision)),
        Verdict::Adopt => Some(Finding::problem(
            about,
            format!("it is there, and `{}` does not know it", ids_file(name)),
            provision,
        )),
        Verdict::Change(what) => Some(Finding::problem(about, what, provision)),
        Verdict::Later(what) => Some(Finding::problem(
            about,
            format!("it is missing: {what}"),
            format!("run `cargo xtask deploy --env {name}`"),
        )),
        Verdict::Blocked(what) => match what.rsplit_once(": ") {
            Some((what, mend)) => Some(Finding::problem(about, what, mend)),
            None => Some(Finding::problem(about, what, provision)),
        },
    }
}

/// A Worker, its secrets and its schedules.
fn worker_there(
    name: &EnvironmentName,
    worker: &WorkerConfig,
    survey: &Survey,
    platform: &Platform,
) -> Vec<Finding> {
    let deploy = format!("run `cargo xtask deploy --env {name}`");
    if !survey.found.workers.iter().any(|there| there.id == worker.name) {
        return vec![Finding::problem(&worker.name, "it is not deployed", deploy)];
    }
    let mut findings = vec![Finding::well(&worker.name, "it is deployed")];
    match secrets(name, worker, survey, platform) {
        Ok(found) => findings.extend(found),
        Err(failure) => {
            findings.push(Finding::unchecked(format!("secrets of {}", worker.name), failure.to_string()))
        }
    }
    let wanted: BTreeSet<String> = strings(&worker.value["triggers"]["crons"]);
    match platform.schedules(&worker.name) {
        Ok(there) if there.iter().cloned().collect::<BTreeSet<_>>() == wanted => {}
        Ok(_) => findings.push(Finding::problem(
            &worker.name,
            "its cron patterns are not those of its file",
            deploy,
        )),
        Err(failure) => {
            findings.push(Finding::unchecked(format!("crons of {}", worker.name), failure.to_string()))
        }
    }
    findings
}

fn secrets(
    name: &EnvironmentName,
    worker: &WorkerConfig,
    survey: &Survey,
    platform: &Platform,
) -> Result<Vec<Finding>, Failure> {
    let own = platform.secrets(&worker.name)?;
    let stored = survey.environment.settings.secrets_store.get(&worker.role).cloned().unwrap_or_default();
    let in_store = match &survey.ids.secrets_store {
        Some(store) if !stored.is_empty() => platform.stored_secrets(store)?,
        _ => Vec::new(),
    };
    let mut findings = Vec::new();
    for secret in stored.iter().filter(|secret| !in_store.contains(secret)) {
        let mend = format!(
            "set it in the account's Secrets Store, or take it out of `secrets_store` of `{}`",
            name.kind()
        );
        findings.push(Finding::problem(
            format!("secret {secret} of {}", worker.name),
            "Secrets Store does not have it",
            mend,
        ));
    }
    for (secret, needed) in survey.environment.secrets(worker) {
        if own.contains(&secret.name) || stored.contains(&secret.name) {
            continue;
        }
        let about = format!("secret {} of {}", secret.name, worker.name);
        let mend = format!("run `npx wrangler secret put {} --name {}`", secret.name, worker.name);
        findings.push(if needed {
            Finding::problem(about, format!("it is not set: {}", secret.purpose), mend)
        } else {
            Finding::well(about, format!("it is not set, and need not be: {}", secret.purpose))
        });
    }
    Ok(findings)
}

/// Whether a database has had all migrations.
fn migrations(
    name: &EnvironmentName,
    worker: &WorkerConfig,
    database: &Value,
    survey: &Survey,
    platform: &Platform,
) -> Finding {
    let title = text(database, "database_name");
    let about = format!("migrations of {title}");
    let Some(there) = survey.found.databases.iter().find(|there| there.name == title) else {
        return Finding::unchecked(about, "the database is not there");
    };
    let folder = worker.path.parent().unwrap_or(paths::root()).join(text(database, "migrations_dir"));
    let folder = paths::root().join(folder.to_string_lossy().rsplit("../").next().unwrap_or_default());
    let mut files: Vec<String> = fs::read_dir(&folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .filter(|file| file.ends_with(".sql"))
        .collect();
    files.sort();
    match platform.applied_migrations(&there.id) {
        Ok(applied) => {
            let pending: Vec<&String> = files.iter().filter(|file| !applied.contains(file)).collect();
            match pending.as_slice() {
                [] => Finding::well(about, format!("all {} are applied", files.len())),
                [first, ..] => Finding::problem(
                    about,
                    format!("{} of {} are pending, from `{first}` on", pending.len(), files.len()),
                    format!("run `cargo xtask deploy --env {name}`"),
                ),
            }
        }
        Err(failure) => Finding::unchecked(about, failure.to_string()),
    }
}

fn text(value: &Value, key: &str) -> String {
    value[key].as_str().unwrap_or_default().to_owned()
}

fn strings(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}
