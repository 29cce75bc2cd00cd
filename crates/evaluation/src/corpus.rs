//! Labeled calls, read: which group a call belongs to, its document, and where its labels stand in the text.

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, bail, ensure};
use domain::SignalKind;
use serde_json::Value;
use transcript::{Document, decode_json, normalize};

use crate::dialogues::{self, Dialogue};

/// Held-out calls up to this number were read while rules were written, so their figure proves nothing.
const LEARNED_FROM: u32 = 3;

/// Which calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Group {
    /// `samples/`: rules are written and the second stage is trained with these in view.
    Development,
    /// `held_out/` from 04 on: read by nobody who works on extraction. The honest figure.
    HeldOut,
    /// `held_out/` 01 to 03: measured unread once, then learned from.
    LearnedFrom,
    /// `samples/quiet`: calls with nothing in them, never learned from.
    Quiet,
}

impl Group {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Development => "development",
            Self::HeldOut => "held_out",
            Self::LearnedFrom => "learned_from",
            Self::Quiet => "quiet",
        }
    }
}

/// A call with its labels.
#[derive(Debug)]
pub struct Call {
    /// Its file's name.
    pub file: String,
    /// As the pipeline reads it.
    pub document: Document,
    /// What should be found.
    pub labels: Vec<Label>,
    /// What is asked of a search, in other words than the speaker's.
    pub questions: Vec<Question>,
}

/// A question and the words of the passage that answers it.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub asked: String,
    /// A verbatim fragment of the passage.
    pub quote: String,
}

/// One fact that an analyst would write down.
#[derive(Debug)]
pub struct Label {
    /// Its kind.
    pub kind: SignalKind,
    /// The verbatim fragment that carries it.
    pub quote: String,
    /// The bytes of [`Document::text`] where it is said: at its clearest first, then wherever it is said again.
    pub places: Vec<Range<usize>>,
}

/// Every call of a group, by file name.
///
/// # Errors
/// When a file cannot be read, is no call, or has a label whose fragment does not stand in the text; with its name.
pub fn read(group: Group) -> Result<Vec<Call>> {
    match group {
        Group::Development => samples(),
        Group::HeldOut => held_out(|number| number > LEARNED_FROM),
        Group::LearnedFrom => held_out(|number| number <= LEARNED_FROM),
        Group::Quiet => quiet(),
    }
}

/// What is written to learn from.
///
/// # Errors
/// When a dialogue cannot be read, with its file and title.
pub fn written() -> Result<Vec<Dialogue>> {
    dialogues::read(&root().join("samples/training"))
}

fn quiet() -> Result<Vec<Call>> {
    let calls = dialogues::read(&root().join("samples/quiet"))?;
    calls
        .into_iter()
        .map(|Dialogue { name, document, marks }| {
            ensure!(marks.is_empty(), "`{name}` is no quiet call: it has marks");
            Ok(Call { file: name, document, labels: Vec::new(), questions: Vec::new() })
        })
        .collect()
}

fn samples() -> Result<Vec<Call>> {
    let samples = root().join("samples");
    let manifest = json(&samples.join("manifest.json"))?;
    let entries = manifest.as_array().context("`manifest.json` is no list")?;
    entries
        .iter()
        .map(|entry| {
            let (body, expected) = (text(entry, "file")?, text(entry, "expected")?);
            call(&samples.join(body), text(entry, "source")?, &samples.join(expected))
        })
        .collect()
}

fn held_out(wanted: impl Fn(u32) -> bool) -> Result<Vec<Call>> {
    let folder = root().join("crates/embedded/tests/held_out");
    let mut names = Vec::new();
    for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let Some(name) = name.strip_suffix(".expected.json") else { continue };
        let number = name.split('-').next().and_then(|number| number.parse().ok());
        if wanted(number.with_context(|| format!("`{name}` does not begin with a number"))?) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    names
        .iter()
        .map(|name| {
            let body = folder.join(format!("{name}.json"));
            // Any source will do: it is a hint, and the shape of the body decides.
            call(&body, "standard", &folder.join(format!("{name}.expected.json")))
        })
        .collect()
}

fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

fn call(body: &Path, source: &str, expected: &Path) -> Result<Call> {
    let file = body.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let document = normalize(source, &bytes(body)?).with_context(|| file.clone())?;
    let expected = json(expected)?;
    let labels = expected["signals"].as_array().with_context(|| format!("{file}: no `signals`"))?;
    let labels = labels.iter().map(|entry| label(&document, entry)).collect::<Result<_>>();
    let asked = expected["search"].as_array().into_iter().flatten();
    let questions = asked.map(|entry| {
        let quote = text(entry, "expect_quote_contains")?.to_owned();
        Ok(Question { asked: text(entry, "q")?.to_owned(), quote })
    });
    let questions = questions.collect::<Result<_>>().with_context(|| file.clone())?;
    Ok(Call { labels: labels.with_context(|| file.clone())?, questions, file, document })
}

fn label(document: &Document, entry: &Value) -> Result<Label> {
    let kind = text(entry, "kind")?.parse()?;
    let quote = text(entry, "quote_contains")?.to_owned();
    let also = entry["also"].as_array().into_iter().flatten();
    let also = also.map(|fragment| fragment.as_str().context("`also` has an entry that is no text"));
    let fragments: Vec<&str> = [Ok(quote.as_str())].into_iter().chain(also).collect::<Result<_>>()?;
    let places = fragments.into_iter().map(|fragment| {
        let mut found = document.text.match_indices(fragment);
        match (found.next(), found.next()) {
            (Some((start, _)), None) => Ok(start..start + fragment.len()),
            (None, _) => bail!("`{fragment}` is not in the source text"),
            (Some(_), Some(_)) => bail!("`{fragment}` is in the source text more than once"),
        }
    });
    Ok(Label { kind, places: places.collect::<Result<_>>()?, quote })
}

fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).with_context(|| path.display().to_string())
}

fn json(path: &Path) -> Result<Value> {
    decode_json(&bytes(path)?).with_context(|| path.display().to_string())
}

fn text<'v>(value: &'v Value, key: &str) -> Result<&'v str> {
    value[key].as_str().with_context(|| format!("no text `{key}` in {value}"))
}
