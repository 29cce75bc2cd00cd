//! Where a deploy goes: an environment's configurations, written for wrangler with what each version carries beside its
//! code.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::release::{MODULE, Release};
use crate::environment::{Environment, EnvironmentName, Ids};
use crate::paths;
use crate::platform::Platform;

/// The file that has an upload's secrets, beside its configuration.
const SECRETS: &str = "secrets.json";

/// A database of the environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Database {
    /// Its name on the platform.
    pub(super) name: String,
    /// Its id there.
    pub(super) id: String,
    /// Where its migrations are.
    pub(super) migrations: PathBuf,
}

/// An environment.
pub(crate) struct Target {
    /// Its name.
    pub(super) name: String,
    /// The checkout whose Workers are deployed: this one, or one that was built elsewhere.
    pub(super) home: PathBuf,
    /// The Workers' configurations, by role, with this environment's names and ids.
    pub(crate) configs: BTreeMap<String, Value>,
    /// The secrets that a Worker may have of its own, by role, each with whether it can't run without.
    pub(super) secrets: BTreeMap<String, BTreeMap<String, bool>>,
}

impl Target {
    /// The environment of a name, and what provisioning still has to make for it.
    ///
    /// # Errors
    /// When there is none, or its files can't be read.
    pub(crate) fn load(name: &str) -> Result<(Self, Vec<String>)> {
        let parsed: EnvironmentName = name.parse().map_err(anyhow::Error::msg)?;
        let ids = Ids::read(&parsed)?;
        let environment = Environment::read(parsed)?;
        let effective = environment.effective(&ids)?;
        let mut target = Self {
            name: environment.name.to_string(),
            home: paths::root().to_owned(),
            configs: BTreeMap::new(),
            secrets: BTreeMap::new(),
        };
        for worker in effective.workers {
            let stored = worker.value["secrets_store_secrets"].as_array().into_iter().flatten();
            let stored: Vec<&str> = stored.filter_map(|secret| secret["binding"].as_str()).collect();
            let all = environment.secrets(&worker).into_iter().map(|(secret, needed)| (secret.name, needed));
            let own = all.filter(|(name, _)| !stored.contains(&name.as_str()));
            target.secrets.insert(worker.role.clone(), own.collect());
            target.configs.insert(worker.role, worker.value);
        }
        Ok((target, effective.missing))
    }

    /// The gateway's origin: a custom domain of its routes, or its place on `workers.dev`; none where it has neither.
    ///
    /// # Errors
    /// When the platform can't be asked.
    pub(crate) fn gateway(&self, platform: &Platform) -> Result<Option<String>> {
        let config = self.configs.get("gateway");
        let routes = config.and_then(|config| config["routes"].as_array()).into_iter().flatten();
        let domain =
            routes.filter(|route| route["custom_domain"] == true).find_map(|route| route["pattern"].as_str());
        if let Some(domain) = domain {
            return Ok(Some(format!("https://{domain}")));
        }
        if config.is_some_and(|config| config["workers_dev"] == false) {
            return Ok(None);
        }
        let name = self.name_of("gateway");
        Ok(platform.subdomain()?.map(|subdomain| format!("https://{name}.{subdomain}.workers.dev")))
    }

    /// A Worker's name on the platform.
    pub(crate) fn name_of<'a>(&'a self, role: &'a str) -> &'a str {
        self.configs.get(role).and_then(|config| config["name"].as_str()).unwrap_or(role)
    }

    /// The databases, each once, by name.
    pub(super) fn databases(&self) -> BTreeMap<String, Database> {
        let entries =
            self.configs.values().flat_map(|config| config["d1_databases"].as_array().into_iter().flatten());
        let database = |entry: &Value| {
            let word = |key: &str| entry[key].as_str().unwrap_or_default().to_owned();
            let migrations = from_top(&word("migrations_dir"));
            Database { name: word("database_name"), id: word("database_id"), migrations }
        };
        entries.map(database).map(|database| (database.name.clone(), database)).collect()
    }

    /// The workflows of a Worker: class and name on the platform.
    pub(super) fn workflows(&self, role: &str) -> Vec<(String, String)> {
        let config = self.configs.get(role).map(|config| &config["workflows"]);
        let bound = config.and_then(Value::as_array).into_iter().flatten();
        bound
            .filter(|bound| bound.get("script_name").is_none())
            .filter_map(|bound| {
                Some((bound["class_name"].as_str()?.to_owned(), bound["name"].as_str()?.to_owned()))
            })
            .collect()
    }

    /// A Worker's own entry module.
    pub(super) fn entry(&self, role: &str) -> PathBuf {
        self.home.join("workers").join(role).join("entry.mjs")
    }

    /// Where wrangler is told of this environment.
    fn folder(&self) -> PathBuf {
        paths::root().join(".weft/deploy").join(&self.name)
    }

    /// Writes what wrangler uploads of a Worker: its configuration, and an entry module that carries its release. Gives
    /// the configuration's path.
    ///
    /// # Errors
    /// When a file can't be written.
    pub(super) fn write(&self, role: &str, release: &Release) -> Result<PathBuf> {
        let folder = self.folder().join(role);
        let entry = self.entry(role);
        let from = serde_json::to_string(&entry)?;
        // What a killed run may have left.
        let _ = fs::remove_file(folder.join(SECRETS));
        put(&folder.join(MODULE), &release.to_text()?)?;
        put(
            &folder.join("entry.mjs"),
            &format!("import \"./{MODULE}\";\nexport * from {from};\nexport {{ default }} from {from};\n"),
        )?;
        let mut config = self.configs.get(role).cloned().unwrap_or_default();
        absolute(&mut config);
        config["main"] = json!("entry.mjs");
        let mut rules =
            vec![json!({ "type": "Text", "globs": [format!("**/{MODULE}")], "fallthrough": true })];
        rules.extend(config["rules"].as_array().cloned().unwrap_or_default());
        config["rules"] = rules.into();
        let path = folder.join("wrangler.json");
        put(&path, &serde_json::to_string_pretty(&config)?)?;
        Ok(path)
    }

    /// Writes secrets where only this user reads them, for one upload of a Worker.
    ///
    /// # Errors
    /// When the file can't be written.
    pub(super) fn write_secrets(
        &self,
        role: &str,
        secrets: &BTreeMap<String, String>,
    ) -> Result<SecretsFile> {
        let path = self.folder().join(role).join(SECRETS);
        let written = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&path);
        let file = SecretsFile(path);
        let mut written = written.with_context(|| format!("can't write `{}`", file.0.display()))?;
        written.write_all(&serde_json::to_vec(secrets)?)?;
        Ok(file)
    }

    /// Writes a configuration by which wrangler applies the named migrations of a database, and those that are applied
    /// already. Gives its path.
    ///
    /// # Errors
    /// When a file can't be read or written.
    pub(super) fn write_migrations(&self, database: &Database, names: &BTreeSet<String>) -> Result<PathBuf> {
        let folder = self.folder().join("migrations").join(&database.name);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        for name in names {
            let from = database.migrations.join(name);
            let text =
                fs::read_to_string(&from).with_context(|| format!("can't read `{}`", from.display()))?;
            put(&folder.join("sql").join(name), &text)?;
        }
        let path = folder.join("wrangler.json");
        let entry = json!({
            "binding": "DB",
            "database_name": database.name,
            "database_id": database.id,
            "migrations_dir": "sql",
        });
        put(
            &path,
            &serde_json::to_string_pretty(&json!({ "name": "migrations", "d1_databases": [entry] }))?,
        )?;
        Ok(path)
    }
}

/// A file with secrets, which is there as long as this value.
pub(super) struct SecretsFile(PathBuf);

impl SecretsFile {
    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for SecretsFile {
    fn drop(&mut self) {
        // One that can't be removed now is removed before the next upload.
        let _ = fs::remove_file(&self.0);
    }
}

/// A path of an effective configuration, all of which lead to the checkout's top first.
fn from_top(path: &str) -> PathBuf {
    paths::root().join(path.trim_start_matches("../"))
}

/// The paths of a configuration, wherever it is written to.
fn absolute(config: &mut Value) {
    if let Some(object) = config.as_object_mut() {
        object.remove("$schema");
    }
    for database in config["d1_databases"].as_array_mut().into_iter().flatten() {
        if let Some(folder) = database["migrations_dir"].as_str() {
            database["migrations_dir"] = json!(from_top(folder));
        }
    }
}

fn put(path: &Path, text: &str) -> Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text).with_context(|| format!("can't write `{}`", path.display()))
}
