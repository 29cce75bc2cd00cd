//! `wrangler/environments/*.jsonc`: what differs between environments, and which secrets there are.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{jsonc, paths};

/// Where the files are, below `wrangler/`.
const FOLDER: &str = "environments";

/// One environment's settings. All may be left out.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    /// Hosts of public Workers, by role. A public Worker without one is served at `workers.dev`.
    #[serde(default)]
    pub(crate) hosts: BTreeMap<String, String>,
    /// Variables by role, over those of the Worker's own file. An object becomes JSON where that has a text.
    #[serde(default)]
    pub(crate) vars: BTreeMap<String, BTreeMap<String, Value>>,
    /// Whether vectors lie in Vectorize instead of in the tenants' own objects.
    #[serde(default)]
    pub(crate) vectorize: bool,
    /// Secrets that come from the account's Secrets Store instead of being each Worker's own, by role.
    #[serde(default)]
    pub(crate) secrets_store: BTreeMap<String, Vec<String>>,
    /// Whether the Workers' logs are pushed to the place that `WEFT_LOGPUSH_DESTINATION` names at provisioning.
    #[serde(default)]
    pub(crate) logpush: bool,
    /// Whom Access lets in at the admin Worker.
    #[serde(default)]
    pub(crate) operators: Operators,
}

/// People, by their mail addresses or those of their company.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operators {
    #[serde(default)]
    pub(crate) emails: Vec<String>,
    #[serde(default)]
    pub(crate) email_domains: Vec<String>,
}

impl Operators {
    /// Whether there is nobody.
    pub(crate) fn is_empty(&self) -> bool {
        self.emails.is_empty() && self.email_domains.is_empty()
    }
}

/// A secret of a Worker: a name, never a value.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Secret {
    pub(crate) name: String,
    /// What it is, for whoever has to set it.
    #[serde(rename = "for")]
    pub(crate) purpose: String,
    #[serde(default)]
    pub(crate) required: Required,
}

/// When a Worker can't do without a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Required {
    /// It can always.
    #[default]
    Never,
    Always,
    /// Where this variable is not empty.
    With(String),
}

/// Reads an environment's settings.
///
/// # Errors
/// When the file can't be read or has a field that is none.
pub(super) fn settings(kind: &str) -> Result<Settings> {
    read(&format!("{kind}.jsonc"))
}

/// Reads which secrets there are, by role.
///
/// # Errors
/// As [`settings`].
pub(super) fn secrets() -> Result<BTreeMap<String, Vec<Secret>>> {
    read("secrets.jsonc")
}

fn read<T: DeserializeOwned>(file: &str) -> Result<T> {
    // Another folder, for tests.
    let folder =
        std::env::var_os("WEFT_ENVIRONMENTS").map_or_else(|| paths::wrangler().join(FOLDER), PathBuf::from);
    let path = folder.join(file);
    let text = fs::read_to_string(&path).with_context(|| format!("can't read `wrangler/{FOLDER}/{file}`"))?;
    let value = jsonc::parse(&text).with_context(|| format!("`wrangler/{FOLDER}/{file}`"))?;
    serde_json::from_value(value).with_context(|| format!("`wrangler/{FOLDER}/{file}` has what it must not"))
}
