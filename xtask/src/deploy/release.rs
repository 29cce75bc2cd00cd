//! What is uploaded beside a version's code: what it was made of, bound to, and speaks. A later deploy reads it back from
//! the platform, so the platform itself is the record of what is live.

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::code::hex;
use super::setup::Setup;
use crate::gate::Spoken;

/// How the module's name ends, by which it is found among a version's modules.
pub(super) const MODULE: &str = "weft-release.txt";
/// The form of this file; another one is not read.
const FORM: u32 = 1;
/// What the tags of versions begin with.
const TAG: &str = "weft-";

/// A version, as its own upload describes it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Release {
    form: u32,
    /// The Worker's role.
    pub(super) worker: String,
    /// Its code by content.
    pub(super) code: String,
    /// Bytes of code before compression.
    pub(super) bytes: u64,
    /// The revision that it was built from, with `+` where files differed from it.
    pub(super) revision: String,
    /// What it is bound to.
    pub(super) setup: Setup,
    /// What it speaks.
    pub(super) spoken: Spoken,
}

impl Release {
    /// Of a build.
    pub(super) fn new(
        worker: &str,
        (code, bytes): (String, u64),
        revision: String,
        setup: Setup,
        spoken: Spoken,
    ) -> Self {
        Self { form: FORM, worker: worker.to_owned(), code, bytes, revision, setup, spoken }
    }

    /// As it is uploaded.
    ///
    /// # Errors
    /// When it can't be written, which nothing in it gives cause for.
    pub(super) fn to_text(&self) -> Result<String> {
        Ok(serde_json::to_string(self)?)
    }

    /// Reads one back.
    ///
    /// # Errors
    /// When it is of another form.
    pub(super) fn parse(text: &str) -> Result<Self> {
        let release: Self = serde_json::from_str(text).context("not the release of a version")?;
        anyhow::ensure!(
            release.form == FORM,
            "a release of form {}, which this tool doesn't know",
            release.form
        );
        Ok(release)
    }

    /// The version's tag: the same for the same code, setup and contracts, so that an upload that was cut off is found
    /// again and not made twice. The revision doesn't count.
    pub(super) fn tag(&self) -> String {
        let mut same = self.clone();
        same.revision.clear();
        let text = serde_json::to_vec(&same).unwrap_or_default();
        format!("{TAG}{}", hex(&Sha256::digest(text)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_says_what_is_uploaded_and_not_from_which_revision() {
        let release = |code: &str, revision: &str| {
            Release::new(
                "gateway",
                (code.to_owned(), 1),
                revision.to_owned(),
                Setup::default(),
                Spoken::default(),
            )
        };
        assert_eq!(release("a", "1").tag(), release("a", "2").tag());
        assert_ne!(release("a", "1").tag(), release("b", "1").tag());
        assert!(release("a", "1").tag().len() <= 25, "the platform cuts longer tags");
        let text = release("a", "1").to_text().unwrap();
        assert_eq!(Release::parse(&text).unwrap(), release("a", "1"));
        assert!(Release::parse(&text.replace("\"form\":1", "\"form\":2")).is_err());
    }
}
