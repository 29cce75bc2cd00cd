//! `cargo xtask status`: what is live in an environment, since when and by whom, what it speaks, and how it is.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::Result;
use serde::Serialize;
use serde_json::Value;

use crate::deploy::{LiveRelease, Target};
use crate::platform::Platform;
use crate::ui::Ui;

/// How long the gateway may take to say how everyone is.
const PATIENCE: Duration = Duration::from_secs(10);

/// Which environment.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// The environment
    #[arg(long, value_name = "NAME")]
    env: String,
    /// The gateway's origin, where it is not what the configuration says
    #[arg(long, value_name = "URL")]
    url: Option<String>,
}

/// One Worker.
#[derive(Debug, Serialize)]
struct Standing {
    worker: String,
    name: String,
    versions: Vec<Live>,
    /// When what serves was last changed, as the platform writes times; none before its first deploy.
    deployed_at: Option<String>,
    deployed_by: Option<String>,
    message: Option<String>,
    /// How the gateway finds it; none where the gateway can't be asked.
    health: Option<String>,
    /// Whether the contracts that it was found to serve are those that its version was uploaded with; none where that is
    /// not known, or two versions serve.
    contracts_agree: Option<bool>,
}

/// A version that takes traffic.
#[derive(Debug, Serialize)]
struct Live {
    version: String,
    percent: f64,
    /// The revision that it was built from; none where it was uploaded by other means than `cargo xtask deploy`.
    revision: Option<String>,
    code: Option<String>,
    /// The contracts that it serves, with their fingerprints.
    contracts: Option<String>,
}

/// Runs `cargo xtask status`.
///
/// # Errors
/// When there is no such environment, or the platform can't be asked.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    let (target, _) = Target::load(&args.env)?;
    let platform = Platform::from_environment()?;
    let step = ui.step("status");
    step.note("asking the platform");
    let url = match args.url {
        Some(url) => Some(url),
        None => target.gateway(&platform)?,
    };
    let health = url.as_deref().map(health);
    let mut standings = Vec::new();
    for role in target.configs.keys() {
        standings.push(standing(&platform, &target, role, health.as_ref())?);
    }
    step.done(format!("{} Workers", standings.len()));
    if ui.json() {
        ui.result(serde_json::json!({ "environment": args.env, "gateway": url, "workers": standings }));
    } else {
        ui.result(table(&standings));
        if let Some(Err(cause)) = &health {
            ui.result(format!("the gateway at {} can't be asked: {cause}", url.unwrap_or_default()));
        }
    }
    Ok(())
}

fn standing(
    platform: &Platform,
    target: &Target,
    role: &str,
    health: Option<&Result<Value, String>>,
) -> Result<Standing> {
    let name = target.name_of(role).to_owned();
    let current = platform.deployments(&name)?.into_iter().next();
    let mut versions = Vec::new();
    for share in current.iter().flat_map(|deployment| &deployment.versions) {
        let release = LiveRelease::read(platform, &name, &share.version_id)?;
        versions.push(Live {
            version: share.version_id.clone(),
            percent: share.percentage,
            revision: release.as_ref().map(|release| release.revision.clone()),
            code: release.as_ref().map(|release| release.code.clone()),
            contracts: release.map(|release| release.contracts),
        });
    }
    let found = health.and_then(|health| health.as_ref().ok());
    let (health, serves) = match (role, found) {
        (_, None) => (None, None),
        ("gateway", Some(health)) => (health["status"].as_str().map(str::to_owned), None),
        (role, Some(health)) => {
            let service = &health["services"][role];
            let word = |key: &str| service[key].as_str().map(str::to_owned);
            (word("status"), word("contract"))
        }
    };
    let alone = if let [only] = versions.as_slice() { only.contracts.clone() } else { None };
    let contracts_agree = alone.zip(serves).map(|(uploaded, serves)| {
        // A Worker may not tell of all that it serves.
        let named = |line: &str| -> BTreeMap<String, String> {
            let parts = line.split_whitespace().filter_map(|contract| contract.split_once('@'));
            parts.map(|(name, fingerprint)| (name.to_owned(), fingerprint.to_owned())).collect()
        };
        let uploaded = named(&uploaded);
        named(&serves).iter().all(|(name, found)| uploaded.get(name).is_none_or(|wanted| wanted == found))
    });
    Ok(Standing {
        worker: role.to_owned(),
        name,
        versions,
        deployed_at: current.as_ref().map(|deployment| deployment.created_on.clone()),
        deployed_by: current
            .as_ref()
            .map(|deployment| deployment.author_email.clone())
            .filter(|who| !who.is_empty()),
        message: current.and_then(|deployment| deployment.annotations.get("workers/message").cloned()),
        health,
        contracts_agree,
    })
}

/// What the gateway says of everyone.
fn health(origin: &str) -> Result<Value, String> {
    let config =
        ureq::Agent::config_builder().timeout_global(Some(PATIENCE)).http_status_as_error(false).build();
    let agent: ureq::Agent = config.into();
    let url = format!("{}/healthz", origin.trim_end_matches('/'));
    let text = agent
        .get(url)
        .call()
        .and_then(|mut answer| answer.body_mut().read_to_string())
        .map_err(|error| error.to_string())?;
    serde_json::from_str(&text).map_err(|_| "it answers no health".to_owned())
}

/// A line a version.
fn table(standings: &[Standing]) -> String {
    let mut rows =
        vec![["worker", "version", "traffic", "revision", "deployed", "by", "health"].map(str::to_owned)];
    for standing in standings {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let mut health = or(&standing.health);
        if standing.contracts_agree == Some(false) {
            health.push_str(" (other contracts than uploaded)");
        }
        if standing.versions.is_empty() {
            let mut row = [""; 7].map(str::to_owned);
            row[0].clone_from(&standing.worker);
            row[1] = "not deployed".to_owned();
            rows.push(row);
        }
        for (index, live) in standing.versions.iter().enumerate() {
            let first = |text: String| if index == 0 { text } else { String::new() };
            rows.push([
                first(standing.worker.clone()),
                live.version.clone(),
                format!("{} %", live.percent),
                or(&live.revision),
                first(or(&standing.deployed_at)),
                first(or(&standing.deployed_by)),
                first(health.clone()),
            ]);
        }
    }
    let widths: BTreeMap<usize, usize> = (0..7)
        .map(|column| (column, rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()))
        .collect();
    let line = |row: &[String; 7]| {
        let cells = row.iter().enumerate().map(|(column, cell)| format!("{cell:<0$}", widths[&column]));
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_a_line_and_each_worker_one_health() {
        let live = |version: &str, percent| Live {
            version: version.to_owned(),
            percent,
            revision: Some("abc".to_owned()),
            code: None,
            contracts: None,
        };
        let standing = |worker: &str, versions, contracts_agree| Standing {
            worker: worker.to_owned(),
            name: format!("weft-{worker}"),
            versions,
            deployed_at: Some("2026-11-23".to_owned()),
            deployed_by: None,
            message: None,
            health: Some("ok".to_owned()),
            contracts_agree,
        };
        let text = table(&[
            standing("admin", vec![], None),
            standing("gateway", vec![live("v2", 10.0), live("v1", 90.0)], None),
            standing("pipeline", vec![live("v3", 100.0)], Some(false)),
        ]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 5, "{text}");
        assert!(lines[1].contains("not deployed"), "{text}");
        assert!(
            lines[2].starts_with("gateway") && lines[2].contains("10 %") && lines[2].ends_with("ok"),
            "{text}"
        );
        assert!(lines[3].trim_start().starts_with("v1") && !lines[3].contains("ok"), "{text}");
        assert!(lines[4].ends_with("ok (other contracts than uploaded)"), "{text}");
    }
}
