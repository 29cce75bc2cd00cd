//! Finds signals by rules: lexicons and patterns, with the sentence as evidence.
//!
//! [`prefilter`] says which turns could matter, [`extract`] reads them. Both are pure and take time linear in the
//! transcript. **English only**: a document that states another language, or a turn that does not read like English,
//! gives no finding rather than a wrong one.
//!
//! How a sentence is read: its words (`token`), the things it names (`entity`), the lexicon's patterns that match
//! (`rules`, `pattern`), what takes a match back (`guard`: negation, condition, question, the seller speaking, small
//! talk, what is over), the score of what is left (`score`), and then one finding a kind, without near-duplicates
//! across the call (`dedupe`).
//!
//! What it reaches, on calls the rules were written with and on calls they were not, is what `cargo xtask eval extract`
//! prints.

mod dedupe;
mod entity;
mod guard;
mod pattern;
mod prefilter;
mod rules;
mod score;
mod sides;
mod token;
mod words;

use std::{collections::BTreeSet, ops::Range};

use domain::{Evidence, Finding, ScalarIndex, SignalKind};
use transcript::{Document, Side, Turn};

use entity::{Entities, Known};
use guard::Setting;
use rules::Lexicon;
use token::Token;

/// A quote longer than this many bytes is cut to the clauses around what was found.
const LONGEST_QUOTE: usize = 320;

/// How many sentences of an answer still belong to the question before it.
const ANSWER_SENTENCES: usize = 3;

/// Turns from `start` to `end` (exclusive), by their index in [`Document::turns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnRange {
    /// The first turn.
    pub start: usize,
    /// The turn after the last.
    pub end: usize,
}

/// Which turns could hold a signal, with a little context around each: sorted and disjoint. Empty when the call is
/// small talk from end to end, or not in English.
#[must_use]
pub fn prefilter(document: &Document) -> Vec<TurnRange> {
    if is_foreign(document) { Vec::new() } else { prefilter::ranges(document, &known(document)) }
}

/// The signals in the given turns, in the order in which they were said.
///
/// A sentence gives at most one finding a kind, and its quote is a verbatim slice of [`Document::text`] with its
/// scalar offsets. Scores lie between 0.5 and 0.97, in steps of a hundredth. Ranges outside the document are ignored.
#[must_use]
pub fn extract(document: &Document, turns: &[TurnRange]) -> Vec<Finding> {
    if is_foreign(document) {
        return Vec::new();
    }
    let known = known(document);
    let sides = sides::resolve(document);
    let index = ScalarIndex::new(&document.text);
    let mut findings = Vec::new();
    for range in turns {
        let mut question: Vec<SignalKind> = Vec::new();
        let mut asker = "";
        let end = range.end.min(document.turns.len());
        for (at, turn) in document.turns.iter().enumerate().take(end).skip(range.start) {
            let side = sides.get(turn.speaker.as_str()).copied().unwrap_or(turn.side);
            let asked = if turn.speaker == asker { Vec::new() } else { std::mem::take(&mut question) };
            let heard = read_turn(document.turn_text(turn), side, &known, &asked);
            findings.extend(heard.carried.into_iter().filter_map(|(kind, score, range)| {
                Some(Finding { kind, score, evidence: evidence(document, &index, turn, at, range)? })
            }));
            // A short nod between question and answer does not close the question.
            if !heard.asks.is_empty() {
                (question, asker) = (heard.asks, &turn.speaker);
            } else if heard.words < 4 && turn.speaker != asker {
                question = asked;
            }
        }
    }
    dedupe::distinct(findings)
}

/// What one turn holds.
struct Heard {
    carried: Vec<(SignalKind, f64, Range<usize>)>,
    asks: Vec<SignalKind>,
    words: usize,
}

fn read_turn(text: &str, side: Side, known: &Known, asked: &[SignalKind]) -> Heard {
    let lexicon = Lexicon::get();
    let mut heard = Heard { carried: Vec::new(), asks: Vec::new(), words: 0 };
    for (at, range) in token::sentences(text).into_iter().enumerate() {
        let words = token::tokens(text, range.clone());
        heard.words += words.len();
        if words.is_empty() || !guard::is_english(&words) {
            continue;
        }
        let entities = Entities::find(&words, known);
        let sentence = &text[range.clone()];
        let setting = Setting::of(sentence, &words, side);
        if (setting.question || guard::is_prompt(&words)) && side != Side::External {
            heard.asks.extend(lexicon.asked(&words, &entities));
        }
        let asked = if at < ANSWER_SENTENCES && side != Side::Internal { asked } else { &[] };
        let matches = lexicon.matches(&words, &entities);
        for carried in score::score(&matches, &words, &entities, setting, asked) {
            let score = (carried.score * 100.0).round() / 100.0;
            heard.carried.push((carried.kind, score, quote(&words, range.clone(), carried.words)));
        }
    }
    heard
}

/// The bytes to quote: the sentence, or of a long one the clauses around the words that matched.
fn quote(words: &[Token<'_>], sentence: Range<usize>, matched: Range<usize>) -> Range<usize> {
    if sentence.len() <= LONGEST_QUOTE {
        return sentence;
    }
    let starts: Vec<usize> =
        (0..words.len()).filter(|at| *at == 0 || words[*at].after_break).chain([words.len()]).collect();
    let mut first = starts.partition_point(|start| *start <= matched.start).saturating_sub(1);
    let mut last = starts.partition_point(|start| *start < matched.end).min(starts.len() - 1);
    let bytes = |first: usize, last: usize| {
        let from = if first == 0 { sentence.start } else { words[starts[first]].range.start };
        let to = if last + 1 == starts.len() { sentence.end } else { words[starts[last] - 1].range.end };
        from..to.max(from)
    };
    // Grow by whole clauses, forwards first: what explains a thing mostly follows it.
    loop {
        if last + 1 < starts.len() && bytes(first, last + 1).len() <= LONGEST_QUOTE {
            last += 1;
        } else if first > 0 && bytes(first - 1, last).len() <= LONGEST_QUOTE {
            first -= 1;
        } else {
            return bytes(first, last);
        }
    }
}

fn evidence(
    document: &Document,
    index: &ScalarIndex<'_>,
    turn: &Turn,
    at: usize,
    range: Range<usize>,
) -> Option<Evidence> {
    let (start, end) = (turn.start + range.start, turn.start + range.end);
    Some(Evidence {
        quote: document.text.get(start..end).filter(|quote| !quote.is_empty())?.to_owned(),
        start: index.to_scalar(start)?,
        end: index.to_scalar(end)?,
        turn: at,
        speaker: turn.speaker.clone(),
        at_ms: turn.start_ms,
    })
}

/// Whether the document states a language other than English.
fn is_foreign(document: &Document) -> bool {
    document.language.as_deref().is_some_and(|language| {
        let primary = language.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        // Longer names are no language codes: `auto`, `multi`, `English`.
        matches!(primary.len(), 2 | 3) && !matches!(primary.as_str(), "en" | "eng" | "und" | "mul")
    })
}

/// The names of the parties to a call, in lower case.
fn known(document: &Document) -> Known {
    let words = |text: &str| -> Vec<String> {
        token::tokens(text, 0..text.len()).into_iter().map(|token| token.text.into_owned()).collect()
    };
    let mut known = Known::default();
    let speakers: BTreeSet<&str> = document.turns.iter().map(|turn| turn.speaker.as_str()).collect();
    for speaker in speakers {
        known.people.extend(words(speaker));
    }
    for turn in &document.turns {
        let text = document.turn_text(turn);
        for sentence in token::sentences(text) {
            known.learn(&token::tokens(text, sentence));
        }
    }
    known.parties.extend(words(&document.title));
    known.parties.extend(words(document.account.as_deref().unwrap_or_default()));
    let domain = document.account_domain.as_deref().unwrap_or_default();
    known.parties.extend(domain.split('.').map(str::to_owned));
    known
}
