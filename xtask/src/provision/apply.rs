//! Doing a plan's steps, one call each, and noting ids as soon as they are known: whoever ends this tool between two
//! calls loses at most a note, and the next run finds what was made by its name.

use anyhow::{Context, Result};
use serde_json::json;

use super::found::Found;
use super::plan::{Step, Verdict, own};
use super::wanted::Wanted;
use crate::environment::{EnvironmentName, Ids};
use crate::platform::{AccessApp, AccessPolicy, NewLogpushJob, Platform};

/// Where the logs go, with the credentials for it: from the environment alone, since it is a secret.
const DESTINATION: &str = "WEFT_LOGPUSH_DESTINATION";

/// What is changed, and where ids are noted.
pub(super) struct Site<'a> {
    pub(super) platform: &'a Platform,
    pub(super) environment: &'a EnvironmentName,
    pub(super) found: &'a mut Found,
    pub(super) ids: &'a mut Ids,
}

impl Site<'_> {
    /// Does one step.
    ///
    /// # Errors
    /// When the platform refuses or does not answer, or an id can't be noted. What was done stays, and is found next time.
    pub(super) fn apply(&mut self, step: &Step) -> Result<()> {
        let Site { platform, found, ids, .. } = self;
        let create = step.verdict == Verdict::Create;
        match &step.wanted {
            Wanted::Database { base, name } => {
                if create {
                    found.databases.push(platform.create_database(name)?);
                }
                let id =
                    found.databases.iter().find(|there| there.name == *name).map(|there| there.id.clone());
                ids.databases.extend(id.map(|id| (base.clone(), id)));
            }
            Wanted::Namespace { binding, title } => {
                if create {
                    found.namespaces.push(platform.create_namespace(title)?);
                }
                let id =
                    found.namespaces.iter().find(|there| there.title == *title).map(|there| there.id.clone());
                ids.namespaces.extend(id.map(|id| (binding.clone(), id)));
            }
            Wanted::Bucket { name } => {
                platform.create_bucket(name)?;
                // A new bucket has a rule of the platform's own, which stays.
                found.buckets.insert(name.clone(), platform.lifecycle(name)?);
            }
            Wanted::Lifecycle { bucket, rule } => {
                let rules = found.buckets.entry(bucket.clone()).or_default();
                let mut all: Vec<_> = rules
                    .iter()
                    .filter(|there| own(std::slice::from_ref(there), rule).is_none())
                    .cloned()
                    .collect();
                all.push(rule.clone());
                platform.set_lifecycle(bucket, &all)?;
                *rules = all;
            }
            Wanted::Queue { name } => found.queues.push(platform.create_queue(name)?),
            Wanted::Consumer { queue, consumer } => {
                let queue =
                    found.queues.iter().find(|there| there.name == *queue).context("the queue is gone")?;
                let of =
                    queue.consumers.iter().find(|there| there.script.as_ref() == Some(&consumer.script_name));
                match of {
                    Some(there) => platform.update_consumer(&queue.id, &there.id, consumer)?,
                    None => platform.create_consumer(&queue.id, consumer)?,
                }
            }
            Wanted::Index { name, config } => found.indexes.push(platform.create_index(name, config)?),
            Wanted::Metadata { index, field } => platform.create_metadata_index(index, field)?,
            Wanted::SecretsStore => {
                if create {
                    found.stores.push(platform.create_secrets_store("default_secrets_store")?);
                }
                ids.secrets_store = found.stores.first().map(|store| store.id.clone());
            }
            Wanted::Logpush { name, workers } => {
                found.jobs.push(platform.create_logpush_job(&logpush_job(name, workers)?)?);
            }
            Wanted::Policy { name, include } => {
                let policy = AccessPolicy {
                    id: String::new(),
                    name: name.clone(),
                    decision: "allow".to_owned(),
                    include: include.clone(),
                };
                match found.policies.iter().find(|there| there.name == *name) {
                    Some(there) => drop(platform.update_access_policy(&there.id, &policy)?),
                    None => found.policies.push(platform.create_access_policy(&policy)?),
                }
            }
            Wanted::Application { name, host, policy, session } => {
                let host = host.clone().unwrap_or_default();
                let policy = found
                    .policies
                    .iter()
                    .find(|there| there.name == *policy)
                    .context("the policy is gone")?;
                let attached = |precedence: usize| json!({ "id": policy.id, "precedence": precedence });
                let there = found.apps.iter_mut().find(|app| app.domain == host);
                match (&step.verdict, there) {
                    (Verdict::Create, _) => {
                        let app = AccessApp {
                            id: String::new(),
                            aud: String::new(),
                            name: name.clone(),
                            domain: host.clone(),
                            kind: "self_hosted".to_owned(),
                            session_duration: session.clone(),
                            policies: vec![attached(1)],
                            rest: serde_json::Map::default(),
                        };
                        found.apps.push(platform.create_access_app(&app)?);
                    }
                    (Verdict::Change(_), Some(app)) => {
                        let others = std::mem::take(&mut app.policies);
                        app.policies = others
                            .iter()
                            .enumerate()
                            .map(|(at, other)| json!({ "id": other["id"], "precedence": at + 1 }))
                            .collect();
                        app.policies.push(attached(others.len() + 1));
                        *app = platform.update_access_app(app)?;
                    }
                    _ => {}
                }
                ids.access_audience =
                    found.apps.iter().find(|app| app.domain == host).map(|app| app.aud.clone());
                ids.access_team.clone_from(&found.team);
            }
            Wanted::Workflow { .. } => {}
        }
        self.ids.write(self.environment)
    }
}

/// A job that pushes what the environment's Workers log, and no others'.
fn logpush_job(name: &str, workers: &[String]) -> Result<NewLogpushJob> {
    let destination = std::env::var(DESTINATION).ok().filter(|text| !text.is_empty()).with_context(|| {
        format!("set `{DESTINATION}` to where the logs shall go, with its credentials, such as `r2://bucket/{{DATE}}?…` (docs/deploying.md)")
    })?;
    let filter = json!({ "where": { "key": "ScriptName", "operator": "in", "value": workers } });
    Ok(NewLogpushJob {
        name: name.to_owned(),
        dataset: "workers_trace_events".to_owned(),
        destination_conf: destination,
        filter: filter.to_string(),
        enabled: true,
    })
}
