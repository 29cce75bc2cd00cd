//! The running mesh as an operator's script sees it: signed in at the local issuer, asking the admin Worker.

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::dev::{Manifest, running};
use crate::paths;

/// How long one request may take, in seconds.
const PATIENCE_S: u64 = 30;

/// Which mesh, and in whose name.
#[derive(clap::Args)]
pub(crate) struct Mesh {
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

/// The admin Worker, with a token for it.
pub(crate) struct Console {
    admin: String,
    token: String,
}

impl Mesh {
    /// Has the local issuer sign a token.
    ///
    /// # Errors
    /// When no mesh runs, or the issuer has no token for this person.
    pub(crate) fn sign_in(&self) -> Result<Console> {
        let folder = self.state.clone().unwrap_or_else(paths::default_state);
        let Manifest { admin, access_issuer, .. } = running(&folder).with_context(|| {
            format!("no mesh runs on `{}`: start one with `cargo xtask dev`", folder.display())
        })?;
        let asked = minreq::post(format!("{access_issuer}/token"))
            .with_header("content-type", "application/json")
            .with_body(json!({ "email": self.person }).to_string())
            .with_timeout(PATIENCE_S);
        let answer = asked.send().context("the local issuer does not answer")?;
        if answer.status_code != 200 {
            let said = answer.as_str().unwrap_or_default();
            bail!("the local issuer gives `{}` no token: {said}", self.person);
        }
        let token: Token =
            serde_json::from_slice(answer.as_bytes()).context("the local issuer gives no token")?;
        Ok(Console { admin, token: token.token })
    }
}

impl Console {
    /// A GET that has to succeed.
    ///
    /// # Errors
    /// When it does not, with what was answered.
    pub(crate) fn get(&self, path: &str) -> Result<minreq::Response> {
        let answer = minreq::get(format!("{}{path}", self.admin))
            .with_header("cf-access-jwt-assertion", &self.token)
            .with_timeout(PATIENCE_S)
            .send()
            .context("the admin Worker does not answer")?;
        if answer.status_code != 200 {
            let said = answer.as_str().unwrap_or_default();
            bail!("the admin Worker answered {}: {said}", answer.status_code);
        }
        Ok(answer)
    }
}
