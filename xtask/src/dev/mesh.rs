//! A mesh from start to end: hold the state, set up, build, prepare the databases, start the runtime, wait for health.

use std::fs;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

use super::Args;
use super::ports::Ports;
use super::runtime::{Event, Options, Runtime};
use super::seed::{self, Tenant};
use super::state::{Manifest, State, shown, write_private};
use super::watch::{Change, Watch};
use crate::build::Profile;
use crate::setup::{self, Fingerprint, Toolchain};
use crate::ui::{Ui, now};
use crate::{build, paths, process};

/// How long the runtime may take to say that it is ready.
const START: Duration = Duration::from_secs(120);
/// How long the Workers may take to say that they are well.
const HEALTH: Duration = Duration::from_secs(30);
/// How often they are asked.
const HEALTH_POLL: Duration = Duration::from_millis(100);
/// How long one turn of the serving loop waits for the runtime to say something.
const TURN: Duration = Duration::from_millis(200);
/// Says which migrations and demo tenants the databases have.
const PREPARED: &str = "prepared";

/// A mesh that answers. Dropping it stops it.
pub(crate) struct Mesh {
    // Dropped in this order: the runtime ends before the folder it writes to is let go.
    runtime: Runtime,
    manifest: Manifest,
    toolchain: Toolchain,
    profile: Profile,
    watch: Watch,
    state: State,
}

impl Mesh {
    /// Does whatever is missing, and gives a mesh whose four Workers are healthy.
    ///
    /// # Errors
    /// When the state folder or a port is taken, a prerequisite is missing, a build fails, or a Worker isn't healthy.
    pub(crate) fn start(args: &Args, ui: &Ui) -> Result<Self> {
        let state = State::hold(args.state_folder()?)?;
        let ports = Ports::claim(args.port)?;
        state.forget_manifest();
        if args.fresh {
            let step = ui.step("fresh state");
            state.wipe()?;
            step.done(shown(state.folder()));
        }
        let toolchain = setup::ensure(ui)?;
        // Before the build: what is edited while it runs is a change.
        let watch = Watch::new();
        let profile = args.profile.into();
        build::ensure(profile, &toolchain, ui)?;

        let tenants = seed::tenants(&state.path("tenants.json"))?;
        let wanted = prepared_for(&state)?;
        let prepared = state.path("v3/d1").exists()
            && fs::read_to_string(state.path(PREPARED)).is_ok_and(|stamp| stamp == wanted);
        let seed = if prepared { None } else { Some(statements(&tenants)?) };
        let step = ui.step("local runtime");
        let options = Options { state: state.folder(), ports, seed, spans: args.spans };
        let runtime = Runtime::start(&toolchain, &options)?;
        let manifest = manifest(ports, &tenants);
        let deadline = now() + START;
        loop {
            match runtime.next(deadline.saturating_duration_since(now()))? {
                Some(Event::Prepared { applied }) => {
                    write_private(&state.path(PREPARED), wanted.as_bytes())?;
                    step.note(format!("{} migrations applied", applied.len()));
                }
                Some(Event::Ready) => break,
                Some(event) => show(&event, ui),
                None => bail!("the local runtime is not ready after {} s", START.as_secs()),
            }
        }
        step.note("waiting for the Workers' health");
        await_health(&manifest.gateway, &runtime, ui)?;
        step.done(format!("{}, {}, {}", manifest.gateway, manifest.admin, manifest.access_issuer));
        process::on_exit(state.publish(&manifest)?);
        Ok(Self { runtime, manifest, toolchain, profile, watch, state })
    }

    /// What scripts are told.
    pub(crate) fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Where the Workers' log lines are, as one would type it.
    pub(crate) fn logs(&self) -> String {
        shown(&self.state.path("logs/workers.jsonl"))
    }

    /// Keeps the mesh running: shows what goes wrong, rebuilds and reloads what changes.
    ///
    /// # Errors
    /// When the runtime ends by itself.
    pub(crate) fn serve(mut self, ui: &Ui) -> Result<()> {
        loop {
            if let Some(event) = self.runtime.next(TURN)? {
                show(&event, ui);
            }
            if let Some(change) = self.watch.poll()
                && let Err(error) = self.apply(change, ui)
            {
                ui.error(&error.context("the change was not taken; what ran before still runs"));
            }
        }
    }

    fn apply(&mut self, change: Change, ui: &Ui) -> Result<()> {
        if change.migrations {
            ui.say("a migration changed: start again to apply it");
        }
        let mut reload = change.reload;
        if change.build {
            let built = build::ensure(self.profile, &self.toolchain, ui)?;
            reload.extend(built.into_iter().filter(|worker| worker.rebuilt).map(|worker| worker.name));
        }
        if reload.is_empty() {
            return Ok(());
        }
        let roles: Vec<String> = reload.into_iter().collect();
        self.runtime.reload(&roles)
    }
}

fn manifest(ports: Ports, tenants: &[Tenant]) -> Manifest {
    let origin = |port: u16| format!("http://127.0.0.1:{port}");
    let gateway = origin(ports.gateway);
    Manifest {
        tenants: tenants.iter().map(|tenant| tenant.entry(&gateway)).collect(),
        gateway,
        admin: origin(ports.admin),
        access_issuer: origin(ports.issuer),
    }
}

fn statements(tenants: &[Tenant]) -> Result<Vec<serde_json::Value>> {
    Ok(tenants.iter().map(Tenant::statements).collect::<Result<Vec<_>>>()?.concat())
}

/// What the databases hold once they are prepared, as a fingerprint.
fn prepared_for(state: &State) -> Result<String> {
    let migrations = Fingerprint::new().folder(&paths::root().join("migrations"), &|_| false)?;
    Ok(migrations.file(&state.path("tenants.json"))?.finish())
}

/// Names Workers, by their roles, that start broken: for journeys that look what is left then. Read by
/// `xtask/runtime/workers.mjs`.
const BROKEN: &str = "WEFT_BROKEN";

/// Waits until the gateway says that it and the Workers behind it are well; or that one isn't, where it is not to be.
fn await_health(gateway: &str, runtime: &Runtime, ui: &Ui) -> Result<()> {
    let url = format!("{gateway}/healthz");
    let deadline = now() + HEALTH;
    let broken = std::env::var_os(BROKEN).is_some();
    loop {
        let answer = minreq::get(&url).with_timeout(HEALTH.as_secs()).send();
        let said = match answer {
            Ok(response) if response.status_code == 200 => return Ok(()),
            Ok(response) if broken && response.status_code == 503 => return Ok(()),
            Ok(response) => format!("{} {}", response.status_code, response.as_str().unwrap_or_default()),
            Err(error) => error.to_string(),
        };
        if now() > deadline {
            bail!("the Workers are not healthy after {} s: `GET {url}` answered {said}", HEALTH.as_secs());
        }
        match runtime.next(HEALTH_POLL).context("while waiting for the Workers' health")? {
            Some(event) => show(&event, ui),
            None => thread::yield_now(),
        }
    }
}

/// Tells a person about an event of the running mesh.
fn show(event: &Event, ui: &Ui) {
    match event {
        Event::Prepared { .. } | Event::Ready => {}
        Event::Resumed { instances: 1 } => ui.say("1 workflow resumed"),
        Event::Resumed { instances } => ui.say(format!("{instances} workflows resumed")),
        Event::Reloaded { workers } => {
            ui.say(format!("{} reloaded: {}", ui.paint("32", "✓"), workers.join(", ")))
        }
        Event::ReloadFailed { message } => {
            ui.say(format!("{} not reloaded: {message}", ui.paint("31", "✗")));
        }
        Event::LogError { message } | Event::Failed { message } => {
            ui.say(format!("{} {message}", ui.paint("31", "✗")));
        }
    }
}
