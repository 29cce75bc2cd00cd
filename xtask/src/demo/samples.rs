//! The calls in `samples/`, as its `manifest.json` lists them.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};

use crate::paths;

/// A call as a provider delivers it.
pub(super) struct Sample {
    /// The file's name without its ending.
    pub(super) name: String,
    /// Whose scheme signs it.
    pub(super) source: String,
    /// The delivery's body, byte for byte.
    pub(super) body: Vec<u8>,
    /// Questions that the call answers in other words; none for a call without a fact worth asking for.
    pub(super) questions: Vec<String>,
}

#[derive(Deserialize)]
struct Entry {
    file: String,
    source: String,
    expected: String,
}

#[derive(Deserialize)]
struct Expected {
    signals: Vec<IgnoredAny>,
    search: Vec<Question>,
}

#[derive(Deserialize)]
struct Question {
    q: String,
}

/// Reads every sample, in the manifest's order.
///
/// # Errors
/// When a file is missing or isn't what the manifest says.
pub(super) fn load() -> Result<Vec<Sample>> {
    let folder = paths::root().join("samples");
    let entries: Vec<Entry> = read(&folder.join("manifest.json"))?;
    entries.into_iter().map(|entry| sample(&folder, entry)).collect()
}

fn sample(folder: &Path, entry: Entry) -> Result<Sample> {
    let file = folder.join(&entry.file);
    let body = fs::read(&file).with_context(|| format!("can't read `{}`", file.display()))?;
    let expected: Expected = read(&folder.join(&entry.expected))?;
    Ok(Sample {
        name: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        source: entry.source,
        body,
        questions: if expected.signals.is_empty() {
            Vec::new()
        } else {
            expected.search.into_iter().map(|question| question.q).collect()
        },
    })
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = fs::read(path).with_context(|| format!("can't read `{}`", path.display()))?;
    serde_json::from_slice(&text).with_context(|| format!("`{}` is not what it should be", path.display()))
}
