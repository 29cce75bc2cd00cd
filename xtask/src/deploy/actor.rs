//! The rollout's hands: wrangler for what goes up and what serves, `/healthz` for how it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::live;
use super::plan::Candidate;
use super::rollout::{Cloud, Watch};
use super::smoke::{Expected, Smoke};
use super::target::Target;
use super::wrangler;
use crate::platform::Platform;
use crate::setup::Toolchain;
use crate::ui::Step;

/// See the module.
pub(super) struct Actor<'a> {
    pub(super) platform: &'a Platform,
    pub(super) toolchain: &'a Toolchain,
    pub(super) target: &'a Target,
    pub(super) candidates: &'a BTreeMap<String, Candidate>,
    /// Versions that were uploaded by an earlier run.
    pub(super) uploaded: BTreeMap<String, String>,
    /// None where the mesh has no public address.
    pub(super) smoke: Option<Smoke>,
    /// How long a version with a part of the traffic is watched.
    pub(super) hold: Duration,
    /// Who deploys, for the record.
    pub(super) message: String,
    pub(super) step: &'a Step,
    /// The version that each Worker was given by this run, with its part of the traffic.
    pub(super) given: BTreeMap<String, (String, u8)>,
}

impl Actor<'_> {
    fn candidate(&self, worker: &str) -> Result<&Candidate> {
        self.candidates.get(worker).with_context(|| format!("there is no Worker `{worker}`"))
    }

    fn write(&self, worker: &str) -> Result<(PathBuf, String)> {
        let release = &self.candidate(worker)?.release;
        Ok((self.target.write(worker, release)?, release.tag()))
    }

    fn up(&self, worker: &str, command: &[&str]) -> Result<String> {
        let (config, tag) = self.write(worker)?;
        let arguments = [command, &["--tag", &tag, "--message", &self.message]].concat();
        wrangler::version(&wrangler::run(self.toolchain, &arguments, &config)?)
    }
}

impl Cloud for Actor<'_> {
    fn migrate(&mut self, database: &str, names: &[String]) -> Result<()> {
        let databases = self.target.databases();
        let database =
            databases.get(database).with_context(|| format!("there is no database `{database}`"))?;
        // Wrangler applies what is there and not applied: this portion, and nothing that waits.
        let mut there: BTreeSet<String> = live::applied(self.platform, &database.id)?;
        there.retain(|name| database.migrations.join(name).is_file());
        there.extend(names.iter().cloned());
        let config = self.target.write_migrations(database, &there)?;
        wrangler::run(self.toolchain, &["d1", "migrations", "apply", &database.name, "--remote"], &config)?;
        Ok(())
    }

    fn deploy(&mut self, worker: &str) -> Result<String> {
        let version = self.up(worker, &["deploy"])?;
        self.given.insert(worker.to_owned(), (version.clone(), 100));
        Ok(version)
    }

    fn upload(&mut self, worker: &str) -> Result<String> {
        match self.uploaded.get(worker) {
            Some(version) => Ok(version.clone()),
            None => self.up(worker, &["versions", "upload"]),
        }
    }

    fn split(&mut self, worker: &str, parts: &[(String, u8)]) -> Result<()> {
        let (config, _) = self.write(worker)?;
        let parts_words: Vec<String> =
            parts.iter().map(|(version, part)| format!("{version}@{part}%")).collect();
        let mut arguments = vec!["versions", "deploy"];
        arguments.extend(parts_words.iter().map(String::as_str));
        arguments.extend(["--message", &self.message, "--yes"]);
        wrangler::run(self.toolchain, &arguments, &config)?;
        if let Some(first) = parts.first() {
            self.given.insert(worker.to_owned(), first.clone());
        }
        Ok(())
    }

    fn triggers(&mut self, worker: &str) -> Result<()> {
        let (config, _) = self.write(worker)?;
        wrangler::run(self.toolchain, &["triggers", "deploy"], &config).map(drop)
    }

    fn smoke(&mut self, worker: &str) -> Result<Option<()>> {
        let Some(smoke) = &self.smoke else { return Ok(None) };
        let gateway = self.target.name_of("gateway");
        if self.platform.deployments(gateway)?.is_empty() {
            return Ok(None);
        }
        let candidate = self.candidate(worker)?;
        let line = candidate.release.spoken.contract_line();
        let given = self.given.get(worker);
        let expected = Expected {
            role: worker,
            name: &candidate.name,
            version: given.map(|(version, _)| version.as_str()),
            // With a part of the traffic, the old one answers as well; admin's sign of life is of the minute before.
            contracts: given.filter(|(_, part)| *part == 100 && worker != "admin").map(|_| line.as_str()),
        };
        smoke.passes(&expected).map(Some)
    }

    fn watch(&mut self, worker: &str, version: &str) -> Result<Watch> {
        let Some(smoke) = &self.smoke else { return Ok(Watch::Fine) };
        let candidate = self.candidate(worker)?;
        let expected =
            Expected { role: worker, name: &candidate.name, version: Some(version), contracts: None };
        let (asked, failed, last) = smoke.sample(&expected, self.hold);
        Ok(match last {
            None => Watch::Fine,
            Some(last) => {
                Watch::Failing(format!("{failed} of {asked} smoke tests failed, the last one as {last}"))
            }
        })
    }

    fn note(&mut self, what: &str) {
        self.step.note(what);
    }
}
