//! Written dialogues, read: turns of `c:` (a customer) and `r:` (our side), and `{kind}` behind each sentence that
//! carries one. The form is described in `samples/training/README.md`.

use std::{fs, ops::Range, path::Path};

use anyhow::{Context, Result, bail, ensure};
use domain::SignalKind;
use serde_json::{Value, json};
use transcript::Document;

/// Who speaks; two turns in a row of one side are two people's.
const CUSTOMERS: [&str; 2] = ["Cora Buyer", "Cyrus Buyer"];
const OURS: [&str; 2] = ["Rita Sellers", "Ralf Sellers"];

/// A dialogue with its marks.
#[derive(Debug)]
pub struct Dialogue {
    /// The file, and the dialogue's title or first line.
    pub name: String,
    /// As the pipeline reads it.
    pub document: Document,
    /// What is marked.
    pub marks: Vec<Mark>,
}

/// A kind that a sentence carries, or may.
#[derive(Debug)]
pub struct Mark {
    /// The byte of [`Document::text`] with which the sentence ends.
    pub end: usize,
    /// The kind.
    pub kind: SignalKind,
    /// `{kind?}`: readers would not agree.
    pub unsure: bool,
}

/// The dialogues of every `.txt` of a folder, by file name.
///
/// # Errors
/// When one cannot be read, with its file and title.
pub fn read(folder: &Path) -> Result<Vec<Dialogue>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        paths.push(entry?.path());
    }
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "txt"));
    paths.sort_unstable();
    let mut dialogues = Vec::new();
    for path in paths {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).with_context(|| file.clone())?;
        for lines in text.split("\n\n") {
            let title = lines.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
            let name = format!("{file}: {}", title.trim_start_matches("= "));
            let read = dialogue(lines).with_context(|| name.clone())?;
            dialogues.extend(read.map(|(document, marks)| Dialogue { name, document, marks }));
        }
    }
    Ok(dialogues)
}

/// A dialogue, or nothing where there are only titles and notes.
fn dialogue(lines: &str) -> Result<Option<(Document, Vec<Mark>)>> {
    let mut turns: Vec<Value> = Vec::new();
    let mut marked: Vec<(usize, usize, &str)> = Vec::new();
    let mut last = "";
    for line in lines.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', '=']))
    {
        let (names, said) = match line.split_once(": ") {
            Some(("c", said)) => (CUSTOMERS, said),
            Some(("r", said)) => (OURS, said),
            _ => bail!("`{line}` does not begin with `c: ` or `r: `"),
        };
        last = if last == names[0] { names[1] } else { names[0] };
        let (text, marks) = unmarked(said).with_context(|| line.to_owned())?;
        marked.extend(marks.into_iter().map(|(end, mark)| (turns.len(), end, mark)));
        turns.push(json!({"speaker": last, "text": text}));
    }
    if turns.is_empty() {
        return Ok(None);
    }
    let side = |names: [&'static str; 2], side| names.map(|name| json!({"name": name, "side": side}));
    let participants = [side(OURS, "internal"), side(CUSTOMERS, "external")].concat();
    let payload = json!({"title": "Sellers and Buyer", "turns": turns, "participants": participants});
    let document = transcript::normalize("standard", payload.to_string().as_bytes())?;
    ensure!(
        document.turns.len() == turns.len(),
        "{} turns are read as {}",
        turns.len(),
        document.turns.len()
    );
    let mut marks = Vec::new();
    for (turn, end, mark) in marked {
        for name in mark.split(',').map(str::trim) {
            let (name, unsure) = name.strip_suffix('?').map_or((name, false), |name| (name, true));
            marks.push(Mark { end: document.turns[turn].start + end - 1, kind: name.parse()?, unsure });
        }
    }
    Ok(Some((document, marks)))
}

/// What is said without its marks; and the marks, each with the byte before which it stands.
fn unmarked(said: &str) -> Result<(String, Vec<(usize, &str)>)> {
    let (mut text, mut marks) = (String::new(), Vec::new());
    let mut rest = said;
    while let Some((before, after)) = rest.split_once('{') {
        let (mark, after) = after.split_once('}').context("a `{` is not closed")?;
        text.push_str(before);
        text.truncate(text.trim_end().len());
        ensure!(!text.is_empty(), "`{{{mark}}}` stands behind nothing");
        marks.push((text.len(), mark));
        rest = after;
    }
    text.push_str(rest);
    Ok((text.trim_end().to_owned(), marks))
}

/// The one of some ascending sentences that a mark is about; none where extraction does not read it, as when it is
/// hardly English.
#[must_use]
pub fn marked(mut sentences: impl Iterator<Item = Range<usize>>, mark: &Mark) -> Option<usize> {
    sentences.position(|sentence| sentence.contains(&mark.end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_about_the_sentence_before_it() {
        let lines = "= a title\nr: Hi. What's up?\nc: It leaks. {pain} {objection?} So. I'll call {next_step}\nc: Me too.";
        let (document, marks) = dialogue(lines).expect("it is one").expect("it has turns");
        let turns: Vec<&str> = document.turns.iter().map(|turn| document.turn_text(turn)).collect();
        assert_eq!(turns, ["Hi. What's up?", "It leaks. So. I'll call", "Me too."]);
        assert_ne!(document.turns[1].speaker, document.turns[2].speaker);
        let told: Vec<_> =
            marks.iter().map(|mark| (&document.text[..=mark.end], mark.kind, mark.unsure)).collect();
        assert!(
            told[0].0.ends_with("It leaks.")
                && told[1].0.ends_with("It leaks.")
                && told[2].0.ends_with("call")
        );
        let kinds: Vec<_> = told.iter().map(|(_, kind, unsure)| (*kind, *unsure)).collect();
        assert_eq!(
            kinds,
            [(SignalKind::Pain, false), (SignalKind::Objection, true), (SignalKind::NextStep, false)]
        );
    }

    #[test]
    fn what_is_no_dialogue_says_why() {
        for (lines, reason) in [
            ("x: Hi.", "`c: `"),
            ("c: Hi. {pain", "not closed"),
            ("c: {pain} Hi.", "behind nothing"),
            ("c: Hi. {money}", "money"),
        ] {
            let error = format!("{:#}", dialogue(lines).expect_err(lines));
            assert!(error.contains(reason), "{error}");
        }
        assert!(dialogue("# a note\n= a title\n").expect("it is read").is_none());
    }
}
