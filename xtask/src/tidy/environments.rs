//! Rules about `wrangler/environments`: each environment's settings can be made into configurations, and every secret is
//! of a Worker.

use anyhow::Result;

use super::Finding;
use super::files::Files;
use crate::environment::{Environment, EnvironmentName, Ids};

/// Every kind of environment gives configurations whose names fit the platform.
pub(super) fn check(_files: &Files) -> Result<Vec<Finding>> {
    let longest = EnvironmentName::of_branch(&"a".repeat(200));
    let mut findings = Vec::new();
    for name in [EnvironmentName::Staging, EnvironmentName::Production, longest] {
        let place = format!("wrangler/environments/{}.jsonc", name.kind());
        let effective = Environment::read(name).and_then(|environment| {
            let effective = environment.effective(&Ids::default())?;
            Ok((environment, effective))
        });
        match effective {
            Err(error) => findings.push(Finding::new(place, format!("{error:#}"))),
            Ok((environment, effective)) => {
                for worker in effective.workers.iter().filter(|worker| worker.name.len() > 63) {
                    findings.push(Finding::new(
                        &place,
                        format!("`{}` is longer than the platform takes", worker.name),
                    ));
                }
                for role in environment.strangers() {
                    let text = format!("`{role}` is no Worker");
                    findings.push(Finding::new("wrangler/environments/secrets.jsonc", text));
                }
            }
        }
    }
    findings.dedup();
    Ok(findings)
}
