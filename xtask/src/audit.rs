//! `cargo xtask audit verify`: whether the chain of what operators did holds, in a running mesh or an exported file.

use std::fs;
use std::io::{Read, stdin};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use audit::{Anchor, Entry, Head, Verifier};
use serde_json::json;

use crate::operator::Mesh;
use crate::ui::Ui;

/// What to do with the audit.
#[derive(clap::Args)]
pub(crate) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    /// Checks every link from the first and names the first that is broken
    Verify(From),
    /// Writes the chain to standard output, an entry a line
    Export(Mesh),
}

#[derive(clap::Args)]
struct From {
    /// An exported file, or `-` for standard input; without one, the chain of the running mesh
    file: Option<PathBuf>,
    /// A head that was noted before, `sequence:hash`: it must be in the chain. May be given several times
    #[arg(long = "anchor")]
    anchors: Vec<Anchor>,
    #[command(flatten)]
    mesh: Mesh,
}

/// Verifies or exports.
///
/// # Errors
/// When the chain cannot be had or read; where a link is broken, naming it.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    match args.what {
        What::Export(mesh) => {
            let mut lines = String::new();
            parts(&mesh, |part| {
                lines.push_str(part);
                Ok(())
            })?;
            ui.result(lines.trim_end());
            Ok(())
        }
        What::Verify(from) => verify(from, ui),
    }
}

fn verify(from: From, ui: &Ui) -> Result<()> {
    let step = ui.step("Verify the audit");
    let mut chain = Verifier::with_anchors(from.anchors);
    let mut broken = None;
    let mut take = |text: &str| -> Result<()> {
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            if broken.is_some() {
                break;
            }
            let entry: Entry = serde_json::from_str(line).context("a line is no entry of the audit")?;
            broken = chain.take(&entry).err();
        }
        Ok(())
    };
    match from.file {
        None => parts(&from.mesh, take)?,
        Some(file) => {
            let mut text = String::new();
            if file.as_os_str() == "-" {
                stdin().read_to_string(&mut text).context("can't read standard input")?;
            } else {
                text =
                    fs::read_to_string(&file).with_context(|| format!("can't read `{}`", file.display()))?;
            }
            take(&text)?;
        }
    }
    match broken.map_or_else(|| chain.finish(), Err) {
        Ok(Head { sequence, hash, .. }) => {
            step.done(format!("{sequence} entries hold"));
            ui.result(if ui.json() {
                json!({ "entries": sequence, "head": hash, "broken": null }).to_string()
            } else {
                format!("{sequence}:{hash}")
            });
            Ok(())
        }
        Err(link) => {
            if ui.json() {
                ui.result(json!({ "broken": link.to_string() }));
            }
            bail!("the audit is broken: {link}")
        }
    }
}

/// Hands over the chain of the running mesh, part by part.
fn parts(mesh: &Mesh, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
    let console = mesh.sign_in()?;
    let mut after = String::from("0");
    loop {
        let part = console.get(&format!("/admin/api/audit/export?after={after}"))?;
        take(part.as_str().context("the export is no text")?)?;
        match part.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-next-after")) {
            Some((_, next)) => after.clone_from(next),
            None => return Ok(()),
        }
    }
}
