//! Example sentences, read: `kinds | turns`, a dash for no kind, `//` between turns of `c:` (a customer) and `r:` (our
//! side). The kinds are those of the last turn.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};
use domain::SignalKind;
use embedded::extraction::{Feature, TurnRange, candidates};
use serde_json::json;

use super::fit::KINDS;

/// A sentence to learn from.
#[derive(Clone, Debug)]
pub struct Example {
    /// What holds of it.
    pub features: Vec<Feature>,
    /// Which kinds it carries, by the order of [`SignalKind::ALL`].
    pub kinds: [bool; KINDS],
    /// Of which kinds it cannot be said; of those nothing is learned from it.
    pub unsure: [bool; KINDS],
}

/// Where they are, under `crates/embedded`.
const FILES: [&str; 2] = ["rules/examples.txt", "tests/extraction_phrases.txt"];

/// Every example of the files.
///
/// # Errors
/// When a line is none, with file and line.
pub(super) fn written() -> Result<Vec<Example>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../embedded");
    let mut examples = Vec::new();
    for file in FILES {
        let text =
            fs::read_to_string(folder.join(file)).with_context(|| format!("crates/embedded/{file}"))?;
        for (at, line) in text.lines().enumerate() {
            let line = line.trim();
            if !line.is_empty() && !line.starts_with('#') {
                let read = read(line).with_context(|| format!("crates/embedded/{file}:{}", at + 1))?;
                examples.extend(read);
            }
        }
    }
    Ok(examples)
}

fn read(line: &str) -> Result<Vec<Example>> {
    let (names, turns) = line.split_once(" | ").context("it has no ` | ` between kinds and turns")?;
    let mut kinds = [false; KINDS];
    for name in names.split(',').map(str::trim).filter(|name| *name != "-") {
        let kind: SignalKind = name.parse()?;
        kinds[kind as usize] = true;
    }
    let turns: Vec<_> = turns
        .split(" // ")
        .map(|turn| match turn.trim().split_once(": ") {
            Some(("c", text)) => Ok(json!({"speaker": "Cora Buyer", "text": text})),
            Some(("r", text)) => Ok(json!({"speaker": "Rita Sellers", "text": text})),
            _ => bail!("`{turn}` does not begin with `c: ` or `r: `"),
        })
        .collect::<Result<_>>()?;
    let last = turns.len() - 1;
    let payload = json!({"title": "Sellers and Buyer", "turns": turns, "participants": [
        {"name": "Rita Sellers", "side": "internal"}, {"name": "Cora Buyer", "side": "external"}]});
    let document = transcript::normalize("standard", payload.to_string().as_bytes())?;
    let candidates = candidates(&document, &[TurnRange { start: 0, end: turns.len() }]);
    let own = candidates.into_iter().filter(|candidate| candidate.turn == last);
    let own = own.map(|candidate| Example { features: candidate.features, kinds, unsure: [false; KINDS] });
    Ok(own.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_example_is_read() {
        let examples = written().expect("every line is an example");
        for kind in SignalKind::ALL {
            let own = examples.iter().filter(|example| example.kinds[kind as usize]).count();
            assert!(own >= 30, "{kind}: {own} examples are too few");
        }
    }

    #[test]
    fn a_line_that_is_none_says_why() {
        for (line, reason) in [
            ("budget c: We have 50k.", "no ` | `"),
            ("money | c: We have 50k.", "money"),
            ("budget | We have 50k.", "`c: `"),
        ] {
            let error = format!("{:#}", read(line).expect_err(line));
            assert!(error.contains(reason), "{error}");
        }
    }
}
