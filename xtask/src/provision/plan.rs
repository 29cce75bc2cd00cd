//! What has to be done to get from what is there to what is wanted. Pure: it asks nothing and changes nothing.

use serde_json::Value;

use super::found::Found;
use super::wanted::Wanted;
use crate::environment::Ids;
use crate::platform::{AccessApp, Consumer, ConsumerSettings, NewConsumer};

/// A wanted thing, and what becomes of it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Step {
    pub(crate) wanted: Wanted,
    pub(crate) verdict: Verdict,
}

/// See [`Step`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// There, and known.
    Keep,
    /// There under its name; its id is noted.
    Adopt,
    Create,
    /// There, and to be changed as this says.
    Change(String),
    /// Nothing to do now: this says what does it.
    Later(String),
    /// It can't be done; this says why, and what to do.
    Blocked(String),
}

impl Verdict {
    /// A word for it.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Adopt => "adopt",
            Self::Create => "create",
            Self::Change(_) => "change",
            Self::Later(_) => "later",
            Self::Blocked(_) => "blocked",
        }
    }

    /// What there is to say beside the word.
    pub(crate) fn detail(&self) -> Option<&str> {
        match self {
            Self::Change(text) | Self::Later(text) | Self::Blocked(text) => Some(text),
            Self::Keep | Self::Adopt | Self::Create => None,
        }
    }

    /// Whether it is work for [`super::apply`].
    pub(crate) fn is_work(&self) -> bool {
        matches!(self, Self::Adopt | Self::Create | Self::Change(_))
    }
}

/// What becomes of each thing that is wanted.
pub(crate) fn plan(wanted: Vec<Wanted>, found: &Found, ids: &Ids) -> Vec<Step> {
    let step = |wanted: Wanted| Step { verdict: verdict(&wanted, found, ids), wanted };
    wanted.into_iter().map(step).collect()
}

fn verdict(wanted: &Wanted, found: &Found, ids: &Ids) -> Verdict {
    match wanted {
        Wanted::Database { base, name } => {
            let id = found.databases.iter().find(|database| database.name == *name).map(|database| &database.id);
            noted(id, ids.databases.get(base))
        }
        Wanted::Namespace { binding, title } => {
            let id = found.namespaces.iter().find(|namespace| namespace.title == *title).map(|namespace| &namespace.id);
            noted(id, ids.namespaces.get(binding))
        }
        Wanted::Bucket { name } => present(found.buckets.contains_key(name)),
        Wanted::Lifecycle { bucket, rule } => match found.buckets.get(bucket).and_then(|rules| own(rules, rule)) {
            Some(there) if agrees(rule, there) => Verdict::Keep,
            Some(_) => Verdict::Change("the rule was changed".to_owned()),
            None => Verdict::Create,
        },
        Wanted::Queue { name } => present(found.queues.iter().any(|queue| queue.name == *name)),
        Wanted::Consumer { queue, consumer } => consumed(queue, consumer, found),
        Wanted::Index { name, config } => match found.indexes.iter().find(|index| index.name == *name) {
            Some(index) if index.config == *config => Verdict::Keep,
            Some(index) => Verdict::Blocked(format!(
                "it is there with {} dimensions by {}, and {} by {} are needed: delete it (`wrangler vectorize delete {name}`)",
                index.config.dimensions, index.config.metric, config.dimensions, config.metric
            )),
            None => Verdict::Create,
        },
        Wanted::Metadata { index, field } => {
            let fields = found.metadata.get(index).map(Vec::as_slice).unwrap_or_default();
            match fields.iter().find(|there| there.property_name == field.property_name) {
                Some(there) if there.index_type == field.index_type => Verdict::Keep,
                Some(there) => Verdict::Blocked(format!(
                    "it is there for a {} instead of a {}: delete it (`wrangler vectorize delete-metadata-index {index} --property-name={}`)",
                    there.index_type, field.index_type, field.property_name
                )),
                None => Verdict::Create,
            }
        }
        Wanted::SecretsStore => noted(found.stores.first().map(|store| &store.id), ids.secrets_store.as_ref()),
        Wanted::Logpush { name, .. } => match found.jobs.iter().find(|job| job.name.as_ref() == Some(name)) {
            Some(job) if job.enabled => Verdict::Keep,
            Some(_) => Verdict::Blocked(
                "the job is there and disabled, as the platform does when its destination fails: mend it and enable it in the dashboard"
                    .to_owned(),
            ),
            None => Verdict::Create,
        },
        Wanted::Policy { name, include } => match found.policies.iter().find(|policy| policy.name == *name) {
            _ if found.team.is_none() => no_team(),
            Some(policy) if same(&policy.include, include) => Verdict::Keep,
            Some(_) => Verdict::Change("it lets in others than the settings say".to_owned()),
            None => Verdict::Create,
        },
        Wanted::Application { name, host, policy, .. } => application(name, host.as_deref(), policy, found, ids),
        Wanted::Workflow { name, worker } => match found.workflows.iter().find(|workflow| workflow.name == *name) {
            Some(workflow) if workflow.script_name == *worker => Verdict::Keep,
            Some(workflow) => Verdict::Blocked(format!(
                "it belongs to the Worker `{}`: delete it, or rename one of the two",
                workflow.script_name
            )),
            None => Verdict::Later("the deploy of its Worker makes it".to_owned()),
        },
    }
}

fn present(there: bool) -> Verdict {
    if there { Verdict::Keep } else { Verdict::Create }
}

/// Something whose id has to be noted: a note of another id is of something that is gone.
fn noted(there: Option<&String>, note: Option<&String>) -> Verdict {
    match (there, note) {
        (None, _) => Verdict::Create,
        (Some(id), Some(note)) if id == note => Verdict::Keep,
        (Some(_), _) => Verdict::Adopt,
    }
}

fn consumed(queue: &str, wanted: &NewConsumer, found: &Found) -> Verdict {
    let consumers =
        found.queues.iter().find(|there| there.name == queue).map(|there| there.consumers.as_slice());
    let mut others = consumers.unwrap_or_default().iter();
    let of = |consumer: &Consumer| consumer.script.as_ref() == Some(&wanted.script_name);
    match others.clone().find(|consumer| of(consumer)) {
        Some(there) if there.dead_letter_queue != wanted.dead_letter_queue => Verdict::Change(format!(
            "its dead letters go to {} instead of {}",
            shown(there.dead_letter_queue.as_ref()),
            shown(wanted.dead_letter_queue.as_ref())
        )),
        Some(there) if !keeps(wanted.settings, there.settings) => {
            Verdict::Change("its settings differ".to_owned())
        }
        Some(_) => Verdict::Keep,
        None => match others.next() {
            Some(other) => Verdict::Blocked(format!(
                "{} consumes it: remove that consumer (`wrangler queues consumer remove {queue} {}`)",
                shown(other.script.as_ref()),
                other.script.as_deref().unwrap_or_default()
            )),
            None if found.workers.iter().any(|worker| worker.id == wanted.script_name) => Verdict::Create,
            None => Verdict::Later("the first deploy of its Worker makes it".to_owned()),
        },
    }
}

fn shown(name: Option<&String>) -> String {
    name.map_or_else(|| "nobody".to_owned(), |name| format!("`{name}`"))
}

/// Whether what is there has all that is wanted; what is not wanted in particular may be anything.
fn keeps(wanted: ConsumerSettings, there: ConsumerSettings) -> bool {
    let fits = |wanted: Option<u64>, there: Option<u64>| wanted.is_none() || wanted == there;
    fits(wanted.batch_size.map(u64::from), there.batch_size.map(u64::from))
        && fits(wanted.max_retries.map(u64::from), there.max_retries.map(u64::from))
        && fits(wanted.max_wait_time_ms, there.max_wait_time_ms)
}

fn application(name: &str, host: Option<&str>, policy: &str, found: &Found, ids: &Ids) -> Verdict {
    let Some(host) = host else {
        return Verdict::Blocked(
            "the account has no subdomain of workers.dev: register one in the dashboard, or name a host in the environment's settings"
                .to_owned(),
        );
    };
    if found.team.is_none() {
        return no_team();
    }
    match found.apps.iter().find(|app| app.domain == host) {
        Some(app) if app.name != name => Verdict::Blocked(format!(
            "the host belongs to the application `{}`, which is none of Weft's: remove that or choose another host",
            app.name
        )),
        Some(app) if !has_policy(app, policy, found) => {
            Verdict::Change("it does not let in whom the settings say".to_owned())
        }
        Some(app) => {
            let known = ids.access_audience.as_ref() == Some(&app.aud) && ids.access_team == found.team;
            if known { Verdict::Keep } else { Verdict::Adopt }
        }
        None => Verdict::Create,
    }
}

/// Whether an application has the policy of this name; policies that people added stay.
fn has_policy(app: &AccessApp, policy: &str, found: &Found) -> bool {
    let policy = found.policies.iter().find(|there| there.name == policy);
    policy.is_some_and(|policy| app.policies.iter().any(|there| there["id"] == policy.id.as_str()))
}

fn no_team() -> Verdict {
    Verdict::Blocked(
        "Zero Trust is not on in this account: open it in the dashboard and choose a team name".to_owned(),
    )
}

/// The rule of this tool among those of a bucket.
pub(super) fn own<'a>(rules: &'a [Value], rule: &Value) -> Option<&'a Value> {
    rules.iter().find(|there| there["id"] == rule["id"])
}

/// Whether `there` says all that `wanted` does: the platform adds fields of its own.
fn agrees(wanted: &Value, there: &Value) -> bool {
    match (wanted, there) {
        (Value::Object(wanted), Value::Object(there)) => {
            wanted.iter().all(|(key, value)| there.get(key).is_some_and(|found| agrees(value, found)))
        }
        (wanted, there) => wanted == there,
    }
}

/// Whether two lists have the same entries in any order.
fn same(one: &[Value], other: &[Value]) -> bool {
    one.len() == other.len() && one.iter().all(|entry| other.contains(entry))
}
