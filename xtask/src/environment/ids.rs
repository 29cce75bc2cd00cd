//! `wrangler/ids/<environment>.json`: the ids that the platform gave to what [provisioning](crate::provision) made. It is
//! a memory of names, not the truth: what is there is asked from the platform, by name.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::EnvironmentName;
use crate::paths;

/// See the module. Nothing of it is secret.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Ids {
    /// The account that all is in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) account: Option<String>,
    /// Databases, by the names that the Workers' own files have for them.
    #[serde(default)]
    pub(crate) databases: BTreeMap<String, String>,
    /// Namespaces of KV, by their binding.
    #[serde(default)]
    pub(crate) namespaces: BTreeMap<String, String>,
    /// The account's store of secrets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secrets_store: Option<String>,
    /// Access: the team's origin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access_team: Option<String>,
    /// Access: the audience tag of the admin's application.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) access_audience: Option<String>,
}

impl Ids {
    /// What was noted of an environment; nothing where nothing was.
    ///
    /// # Errors
    /// When the file is none of this tool's.
    pub(crate) fn read(name: &EnvironmentName) -> Result<Self> {
        let path = file(name);
        match fs::read_to_string(&path) {
            Ok(text) => serde_json::from_str(&text).with_context(|| {
                format!("`{}` is not as `cargo xtask provision` writes it: remove it", shown(name))
            }),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("can't read `{}`", shown(name))),
        }
    }

    /// Notes it, whole or not at all.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(crate) fn write(&self, name: &EnvironmentName) -> Result<()> {
        let path = file(name);
        let new = path.with_extension("json.new");
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let text = serde_json::to_string_pretty(self)?;
        fs::write(&new, format!("{text}\n"))
            .and_then(|()| fs::rename(&new, &path))
            .with_context(|| format!("can't write `{}`", shown(name)))
    }

    /// Forgets an environment.
    ///
    /// # Errors
    /// When the file can't be removed.
    pub(crate) fn forget(name: &EnvironmentName) -> Result<()> {
        match fs::remove_file(file(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).with_context(|| format!("can't remove `{}`", shown(name)))
            }
            _ => Ok(()),
        }
    }
}

/// The file, as it is shown to people.
pub(crate) fn shown(name: &EnvironmentName) -> String {
    format!("wrangler/ids/{name}.json")
}

/// `WEFT_IDS` names another folder, for tests.
fn file(name: &EnvironmentName) -> PathBuf {
    let folder = std::env::var_os("WEFT_IDS").map_or_else(|| paths::wrangler().join("ids"), PathBuf::from);
    folder.join(format!("{name}.json"))
}
