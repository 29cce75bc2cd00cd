//! `cargo xtask demo`: the calls in `samples/` through the signed webhook, their workflows live, and what was found.
//!
//! `samples` reads the calls, `api` is the customer's side of the gateway, `progress` shows the steps as they advance,
//! `report` prints signals and a search.

mod api;
mod progress;
mod report;
mod samples;

use anyhow::{Context, Result};
use serde_json::json;

use self::api::{Api, Event};
use self::samples::Sample;
use crate::dev::{self, Manifest, Mesh, TenantEntry};
use crate::ui::Ui;

/// Which mesh the samples go to.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(flatten)]
    mesh: dev::Args,
    /// Stops the mesh after the demo, where the demo started it
    #[arg(long)]
    once: bool,
    /// Prints every signal instead of the best of each call
    #[arg(long)]
    all: bool,
}

/// A sample with the event that it became.
struct Processed {
    sample: Sample,
    event: Event,
}

/// Sends the samples to the mesh that runs, or to one it starts, and prints what came of them.
///
/// # Errors
/// When the mesh doesn't start, a sample isn't accepted, or an event doesn't end as it should.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    if let Some(manifest) = dev::running(&args.mesh.state_folder()?) {
        ui.say(format!("using the mesh at {}", manifest.gateway));
        return show(&manifest, args.all, ui);
    }
    let mesh = Mesh::start(&args.mesh, ui)?;
    show(mesh.manifest(), args.all, ui)?;
    if args.once {
        return Ok(());
    }
    if !ui.json() {
        ui.result(dev::summary(&mesh, ui));
    }
    mesh.serve(ui)
}

fn show(manifest: &Manifest, all: bool, ui: &Ui) -> Result<()> {
    let tenant = manifest.tenants.first().context("the mesh has no demo tenant: start it with `--fresh`")?;
    let api = Api::new(manifest, tenant);
    let samples = samples::load()?;
    let sent = send(&samples, tenant, &api, ui)?;
    let events = progress::follow(&sent, &api, ui)?;
    let processed: Vec<Processed> =
        samples.into_iter().zip(events).map(|(sample, event)| Processed { sample, event }).collect();
    if ui.json() {
        ui.result(summary(&processed, &api)?);
        return Ok(());
    }
    ui.result(report::signals(&processed, &api, all, ui)?);
    if let Some(text) = report::search(&processed, &api, ui)? {
        ui.result(text);
    }
    Ok(())
}

/// Delivers each sample as its provider would, and gives the samples' names with their events' ids.
fn send(samples: &[Sample], tenant: &TenantEntry, api: &Api<'_>, ui: &Ui) -> Result<Vec<(String, String)>> {
    let step = ui.step("sending");
    let mut known = 0;
    let mut sent = Vec::with_capacity(samples.len());
    for sample in samples {
        let endpoint =
            tenant.endpoints.iter().find(|endpoint| endpoint.source == sample.source).with_context(|| {
                format!("the demo tenant has no endpoint for `{}`: start with `--fresh`", sample.source)
            })?;
        let accepted =
            api.deliver(sample, endpoint).with_context(|| format!("`{}` was not accepted", sample.name))?;
        known += usize::from(accepted.duplicate);
        sent.push((sample.name.clone(), accepted.event_id));
    }
    let again =
        if known == 0 { String::new() } else { format!("; {known} were known and are not processed again") };
    step.done(format!("{} calls, each signed as its provider signs{again}", samples.len()));
    Ok(sent)
}

fn summary(processed: &[Processed], api: &Api<'_>) -> Result<serde_json::Value> {
    let mut events = Vec::with_capacity(processed.len());
    for Processed { sample, event } in processed {
        let signals = api.signals(&event.id)?.len();
        events.push(
            json!({ "sample": sample.name, "id": event.id, "status": event.status, "signals": signals }),
        );
    }
    Ok(json!({ "events": events }))
}
