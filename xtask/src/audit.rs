//! `cargo xtask audit verify`: whether the chain of what operators did holds, in a running mesh or an exported file.

use std::fs;
use std::io::{Read, stdin};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use audit::{Anchor, Entry, Head, Verifier};
use serde::Deserialize;
use serde_json::json;

use crate::dev::{Manifest, running};
use crate::paths;
use crate::ui::Ui;

/// How long one request may take, in seconds.
const PATIENCE_S: u64 = 30;

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

#[derive(clap::Args)]
struct Mesh {
    /// The folder of the running mesh's state instead of `.weft`
    #[arg(long)]
    state: Option<PathBuf>,
    /// In whose name to ask the local issuer
    #[arg(long = "as", default_value = "vera.viewer@weft.example")]
    person: String,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// Verifies or exports.
///
/// # Errors
/// When the chain cannot be had or read; where a link is broken, naming it.
pub(crate) fn run(args: Args, ui: &Ui) -> Result<()> {
    match args.what {
        What::Export(mesh) => {
            let mut lines = String::new();
            mesh.parts(|part| {
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
        None => from.mesh.parts(take)?,
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

impl Mesh {
    /// Hands over the chain of the running mesh, part by part.
    fn parts(&self, mut take: impl FnMut(&str) -> Result<()>) -> Result<()> {
        let folder = self.state.clone().unwrap_or_else(paths::default_state);
        let none = "no mesh runs there: start one with `cargo xtask dev`, or name an exported file";
        let Manifest { admin, access_issuer, .. } = running(&folder).context(none)?;
        let asked = minreq::post(format!("{access_issuer}/token"))
            .with_header("content-type", "application/json")
            .with_body(json!({ "email": self.person }).to_string())
            .with_timeout(PATIENCE_S);
        let answer = asked.send().context("the local issuer does not answer")?;
        if answer.status_code != 200 {
            bail!(
                "the local issuer gives `{}` no token: {}",
                self.person,
                answer.as_str().unwrap_or_default()
            );
        }
        let token: Token =
            serde_json::from_slice(answer.as_bytes()).context("the local issuer gives no token")?;
        let mut after = String::from("0");
        loop {
            let part = minreq::get(format!("{admin}/admin/api/audit/export?after={after}"))
                .with_header("cf-access-jwt-assertion", &token.token)
                .with_timeout(PATIENCE_S)
                .send()
                .context("the admin Worker does not answer")?;
            let text = part.as_str().context("the export is no text")?;
            if part.status_code != 200 {
                bail!("the admin Worker answered {}: {text}", part.status_code);
            }
            take(text)?;
            match part.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-next-after")) {
                Some((_, next)) => after.clone_from(next),
                None => return Ok(()),
            }
        }
    }
}
