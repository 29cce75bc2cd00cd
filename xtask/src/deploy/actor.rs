//! The rollout's hands: wrangler for what goes up and what serves, `/healthz` for how it is.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::live;
use super::plan::Candidate;
use super::rollout::{Cloud, Watch};
use super::smoke::{Expected, Smoke};
use super::target::Target;
use super::watch::{self, Seen};
use super::wrangler;
use crate::platform::Platform;
use crate::setup::Toolchain;
use crate::ui::{self, Step, Ui};

/// The pause between two health calls of a version that is watched.
const PAUSE: Duration = Duration::from_millis(500);
/// How often the platform is asked what it counted.
const COUNTS: Duration = Duration::from_secs(5);

/// See the module.
pub(super) struct Actor<'a> {
    pub(super) platform: &'a Platform,
    pub(super) toolchain: &'a Toolchain,
    pub(super) target: &'a Target,
    pub(super) candidates: &'a BTreeMap<String, Candidate>,
    /// Secrets that go up with a Worker's version, by role: names and values.
    pub(super) secrets: BTreeMap<String, BTreeMap<String, String>>,
    /// Versions that were uploaded by an earlier run.
    pub(super) uploaded: BTreeMap<String, String>,
    /// None where the mesh has no public address.
    pub(super) smoke: Option<Smoke>,
    /// How long a version with a part of the traffic is watched.
    pub(super) hold: Duration,
    /// Who deploys, for the record.
    pub(super) message: String,
    pub(super) step: &'a Step,
    pub(super) ui: &'a Ui,
    /// Whether the platform's counts can't be had, which was told.
    pub(super) uncounted: bool,
    /// The version that each Worker was given by this run, with its part of the traffic.
    pub(super) given: BTreeMap<String, (String, u8)>,
}

impl<'a> Actor<'a> {
    fn candidate(&self, worker: &str) -> Result<&'a Candidate> {
        self.candidates.get(worker).with_context(|| format!("there is no Worker `{worker}`"))
    }

    fn write(&self, worker: &str) -> Result<(PathBuf, String)> {
        let release = &self.candidate(worker)?.release;
        Ok((self.target.write(worker, release)?, release.tag()))
    }

    fn up(&self, worker: &str, command: &[&str]) -> Result<String> {
        let (config, tag) = self.write(worker)?;
        let secrets = self.secrets.get(worker).filter(|secrets| !secrets.is_empty());
        let secrets = secrets.map(|secrets| self.target.write_secrets(worker, secrets)).transpose()?;
        let file = secrets.as_ref().map(|file| file.path().to_string_lossy().into_owned());
        let mut arguments = [command, &["--tag", &tag, "--message", &self.message]].concat();
        arguments.extend(file.iter().flat_map(|file| ["--secrets-file", file.as_str()]));
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

    fn watch(&mut self, worker: &str, version: &str, stable: Option<&str>) -> Result<Watch> {
        let candidate = self.candidate(worker)?;
        let expected =
            Expected { role: worker, name: &candidate.name, version: Some(version), contracts: None };
        let since = self.platform.deployments(&candidate.name)?.into_iter().next();
        let since = since.map(|deployment| deployment.created_on).unwrap_or_default();
        let (started, mut asked) = (ui::now(), None);
        let mut seen = Seen::default();
        loop {
            if let Some(smoke) = &self.smoke {
                seen.call(smoke.ask(&expected));
            }
            let over = started.elapsed() >= self.hold;
            let due = asked.is_none_or(|at: Instant| over || at.elapsed() >= COUNTS);
            if due && !self.uncounted {
                asked = Some(ui::now());
                match self.platform.invocations(&candidate.name, &since) {
                    Ok(mut counted) => {
                        let old = stable.and_then(|stable| counted.remove(stable)).unwrap_or_default();
                        seen.counted = Some((counted.remove(version).unwrap_or_default(), old));
                    }
                    // A rollout that can be watched by its own calls need not stop for want of more.
                    Err(failure) => {
                        self.uncounted = true;
                        self.ui.say(format!("the platform's error rates are not looked at: {failure}"));
                    }
                }
            }
            if let Some(objection) = watch::objection(&seen) {
                return Ok(Watch::Failing(objection));
            }
            if over {
                let summary = watch::summary(&seen);
                self.ui.say(format!("`{worker}`: {summary}"));
                return Ok(Watch::Fine);
            }
            thread::sleep(PAUSE.min(self.hold.saturating_sub(started.elapsed())));
        }
    }

    fn note(&mut self, what: &str) {
        self.step.note(what);
    }
}
