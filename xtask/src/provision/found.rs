//! What is there on the platform, of the kinds that are wanted: nothing else is asked for, so that a token needs no right
//! for a product that an environment does not use.

use std::collections::BTreeMap;

use serde_json::Value;

use super::wanted::Wanted;
use crate::platform::{
    AccessApp, AccessPolicy, Database, Failure, Index, LogpushJob, MetadataIndex, Namespace, Platform, Queue,
    Store, Worker, Workflow,
};

/// See the module.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) databases: Vec<Database>,
    pub(crate) namespaces: Vec<Namespace>,
    /// Buckets that are wanted and there, each with its lifecycle rules.
    pub(crate) buckets: BTreeMap<String, Vec<Value>>,
    pub(crate) queues: Vec<Queue>,
    pub(crate) indexes: Vec<Index>,
    /// By index.
    pub(crate) metadata: BTreeMap<String, Vec<MetadataIndex>>,
    pub(crate) stores: Vec<Store>,
    pub(crate) jobs: Vec<LogpushJob>,
    pub(crate) policies: Vec<AccessPolicy>,
    pub(crate) apps: Vec<AccessApp>,
    /// The origin of the account's Zero Trust team.
    pub(crate) team: Option<String>,
    pub(crate) workers: Vec<Worker>,
    pub(crate) workflows: Vec<Workflow>,
}

impl Found {
    /// Asks the platform.
    ///
    /// # Errors
    /// Any [`Failure`].
    pub(crate) fn ask(platform: &Platform, wanted: &[Wanted]) -> Result<Self, Failure> {
        let mut found = Self { workers: platform.workers()?, ..Self::default() };
        let any = |test: fn(&Wanted) -> bool| wanted.iter().any(test);
        if any(|wanted| matches!(wanted, Wanted::Database { .. })) {
            found.databases = platform.databases()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Namespace { .. })) {
            found.namespaces = platform.namespaces()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Queue { .. })) {
            found.queues = platform.queues()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Index { .. })) {
            found.indexes = platform.indexes()?;
        }
        if any(|wanted| matches!(wanted, Wanted::SecretsStore)) {
            found.stores = platform.secrets_stores()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Logpush { .. })) {
            found.jobs = platform.logpush_jobs()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Workflow { .. })) {
            found.workflows = platform.workflows()?;
        }
        if any(|wanted| matches!(wanted, Wanted::Application { .. })) {
            found.team = platform.access_team()?;
            if found.team.is_some() {
                found.policies = platform.access_policies()?;
                found.apps = platform.access_apps()?;
            }
        }
        for wanted in wanted {
            match wanted {
                Wanted::Bucket { name } if platform.has_bucket(name)? => {
                    found.buckets.insert(name.clone(), platform.lifecycle(name)?);
                }
                Wanted::Index { name, .. } if found.indexes.iter().any(|index| index.name == *name) => {
                    found.metadata.insert(name.clone(), platform.metadata_indexes(name)?);
                }
                _ => {}
            }
        }
        Ok(found)
    }
}
