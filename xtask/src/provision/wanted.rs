//! What an environment needs of the platform, read off its effective configurations: the bindings say it all, and this
//! adds only what no binding tells, such as metadata indexes and whom Access lets in.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::environment::{Effective, Environment, VECTORS};
use crate::platform::{ConsumerSettings, IndexConfig, MetadataIndex, NewConsumer};

/// Numbers in a vector of the embedded model, and how vectors are compared: `docs/search.md`.
const DIMENSIONS: u32 = 192;
const METRIC: &str = "cosine";
/// What searches filter by, as `host::VectorizeIndex` needs it.
const FILTERS: [(&str, &str); 5] = [
    ("kind", "string"),
    ("account", "string"),
    ("source", "string"),
    ("event_id", "string"),
    ("occurred_ms", "number"),
];
/// An upload in parts is given up after a day; what is left of it is removed a day later.
const ABANDONED_S: u32 = 2 * 24 * 60 * 60;
/// How long an operator stays signed in.
const SESSION: &str = "12h";

/// Something that has to be there.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    /// A database: its name in the Workers' own files, and on the platform.
    Database {
        base: String,
        name: String,
    },
    /// A namespace of KV.
    Namespace {
        binding: String,
        title: String,
    },
    Bucket {
        name: String,
    },
    /// A bucket's lifecycle rule of this tool; rules of others stay.
    Lifecycle {
        bucket: String,
        rule: Value,
    },
    Queue {
        name: String,
    },
    /// Who consumes a queue, and how. Only once the Worker is there: its first deploy makes it.
    Consumer {
        queue: String,
        consumer: NewConsumer,
    },
    Index {
        name: String,
        config: IndexConfig,
    },
    /// What vectors can be filtered by: before the first vector, since older ones are not found by it.
    Metadata {
        index: String,
        field: MetadataIndex,
    },
    /// The account's one store of secrets.
    SecretsStore,
    /// Logs of the environment's Workers pushed elsewhere.
    Logpush {
        name: String,
        workers: Vec<String>,
    },
    /// Who may sign in at the admin Worker.
    Policy {
        name: String,
        include: Vec<Value>,
    },
    /// The admin Worker behind Access.
    Application {
        name: String,
        host: Option<String>,
        policy: String,
        session: String,
    },
    /// A workflow, which a deploy makes.
    Workflow {
        name: String,
        worker: String,
    },
}

impl Wanted {
    /// What kind of thing it is, for people.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::Database { .. } => "D1 database",
            Self::Namespace { .. } => "KV namespace",
            Self::Bucket { .. } => "R2 bucket",
            Self::Lifecycle { .. } => "R2 lifecycle rule",
            Self::Queue { .. } => "queue",
            Self::Consumer { .. } => "queue consumer",
            Self::Index { .. } => "Vectorize index",
            Self::Metadata { .. } => "metadata index",
            Self::SecretsStore => "secrets store",
            Self::Logpush { .. } => "Logpush job",
            Self::Policy { .. } => "Access policy",
            Self::Application { .. } => "Access application",
            Self::Workflow { .. } => "workflow",
        }
    }

    /// Which one.
    pub(crate) fn label(&self) -> String {
        match self {
            Self::Database { name, .. }
            | Self::Bucket { name }
            | Self::Queue { name }
            | Self::Index { name, .. }
            | Self::Logpush { name, .. }
            | Self::Policy { name, .. }
            | Self::Application { name, .. }
            | Self::Workflow { name, .. } => name.clone(),
            Self::Namespace { title, .. } => title.clone(),
            Self::Lifecycle { bucket, .. } => format!("unfinished uploads of {bucket}"),
            Self::Consumer { queue, consumer } => format!("{} of {queue}", consumer.script_name),
            Self::Metadata { index, field } => format!("{} of {index}", field.property_name),
            Self::SecretsStore => "of the account".to_owned(),
        }
    }
}

/// What `environment` needs, each after what it needs itself. `subdomain` is the account's of `workers.dev`.
pub(crate) fn wanted(
    environment: &Environment,
    effective: &Effective,
    subdomain: Option<&str>,
) -> Vec<Wanted> {
    let mut wanted = Vec::new();
    let mut once = BTreeSet::new();
    for worker in &effective.workers {
        let base = &environment.bases()[&worker.role];
        for (own, database) in entries(base, &["d1_databases"]).zip(entries(&worker.value, &["d1_databases"]))
        {
            let (base, name) = (word(own, "database_name"), word(database, "database_name"));
            if once.insert(name.clone()) {
                wanted.push(Wanted::Database { base, name });
            }
        }
        for namespace in entries(&worker.value, &["kv_namespaces"]) {
            let binding = word(namespace, "binding");
            let title = namespace_title(environment, &binding);
            if once.insert(title.clone()) {
                wanted.push(Wanted::Namespace { binding, title });
            }
        }
        for bucket in entries(&worker.value, &["r2_buckets"]) {
            let name = word(bucket, "bucket_name");
            if once.insert(name.clone()) {
                wanted.push(Wanted::Bucket { name: name.clone() });
                wanted.push(Wanted::Lifecycle { bucket: name, rule: abandoned_uploads() });
            }
        }
        for index in entries(&worker.value, &["vectorize"]) {
            let name = word(index, "index_name");
            if word(index, "binding") == VECTORS.0 && once.insert(name.clone()) {
                let config = IndexConfig { dimensions: DIMENSIONS, metric: METRIC.to_owned() };
                wanted.push(Wanted::Index { name: name.clone(), config });
                for (property, kind) in FILTERS {
                    let field =
                        MetadataIndex { property_name: property.to_owned(), index_type: kind.to_owned() };
                    wanted.push(Wanted::Metadata { index: name.clone(), field });
                }
            }
        }
    }
    wanted.extend(queues(effective));
    for worker in &effective.workers {
        for workflow in entries(&worker.value, &["workflows"]) {
            wanted.push(Wanted::Workflow { name: word(workflow, "name"), worker: worker.name.clone() });
        }
    }
    if !environment.settings.secrets_store.is_empty() {
        wanted.push(Wanted::SecretsStore);
    }
    if environment.settings.logpush {
        let workers = effective.workers.iter().map(|worker| worker.name.clone()).collect();
        wanted.push(Wanted::Logpush { name: environment.renamed("logs"), workers });
    }
    wanted.extend(access(environment, subdomain));
    wanted
}

/// The title of a namespace of KV, which has no name of its own in the Workers' files.
pub(crate) fn namespace_title(environment: &Environment, binding: &str) -> String {
    environment.renamed(&binding.to_ascii_lowercase().replace('_', "-"))
}

/// Queues first, because a dead-letter queue has to be there before a consumer names it.
fn queues(effective: &Effective) -> Vec<Wanted> {
    let mut names = BTreeSet::new();
    let mut consumers = Vec::new();
    for worker in &effective.workers {
        names
            .extend(entries(&worker.value, &["queues", "producers"]).map(|producer| word(producer, "queue")));
        for consumer in entries(&worker.value, &["queues", "consumers"]) {
            let number = |key: &str| consumer.get(key).and_then(Value::as_u64);
            let dead_letter_queue = Some(word(consumer, "dead_letter_queue")).filter(|name| !name.is_empty());
            let queue = word(consumer, "queue");
            names.insert(queue.clone());
            names.extend(dead_letter_queue.clone());
            let settings = ConsumerSettings {
                batch_size: number("max_batch_size").and_then(|size| u32::try_from(size).ok()),
                max_retries: number("max_retries").and_then(|retries| u32::try_from(retries).ok()),
                max_wait_time_ms: number("max_batch_timeout").map(|seconds| seconds * 1000),
            };
            let consumer = NewConsumer { script_name: worker.name.clone(), dead_letter_queue, settings };
            consumers.push(Wanted::Consumer { queue, consumer });
        }
    }
    let queues = names.into_iter().map(|name| Wanted::Queue { name });
    queues.chain(consumers).collect()
}

/// The admin behind Access, where somebody shall get in.
fn access(environment: &Environment, subdomain: Option<&str>) -> Vec<Wanted> {
    let operators = &environment.settings.operators;
    if operators.is_empty() {
        return Vec::new();
    }
    let emails = operators.emails.iter().map(|email| json!({ "email": { "email": email } }));
    let domains =
        operators.email_domains.iter().map(|domain| json!({ "email_domain": { "domain": domain } }));
    let policy = environment.renamed("operators");
    vec![
        Wanted::Policy { name: policy.clone(), include: emails.chain(domains).collect() },
        Wanted::Application {
            name: environment.worker("admin"),
            host: environment.host("admin", subdomain),
            policy,
            session: SESSION.to_owned(),
        },
    ]
}

/// What is left of an upload in parts that was never finished costs storage and is seen by nobody.
fn abandoned_uploads() -> Value {
    json!({
        "id": "weft-unfinished-uploads",
        "enabled": true,
        "conditions": { "prefix": "" },
        "abortMultipartUploadsTransition": { "condition": { "type": "Age", "maxAge": ABANDONED_S } },
    })
}

fn entries<'a>(value: &'a Value, path: &[&str]) -> impl Iterator<Item = &'a Value> {
    let found = path.iter().try_fold(value, |value, key| value.get(key));
    found.and_then(Value::as_array).into_iter().flatten()
}

fn word(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}
