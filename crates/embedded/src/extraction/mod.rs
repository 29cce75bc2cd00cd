//! Finds signals by rules: lexicons and patterns, with the sentence as evidence.
//!
//! [`prefilter`] says which turns could matter, [`extract`] reads them. Both are pure and take time linear in the
//! transcript. **English only**: a document that states another language, or a turn that does not read like English,
//! gives no finding rather than a wrong one.
//!
//! How a sentence is read: its words (`token`), the things it names (`entity`), the lexicon's patterns that match
//! (`rules`, `pattern`), what takes a match back (`guard`: negation, condition, question, the seller speaking, small
//! talk, what is over), and the score of what is left (`score`). That, the words and who says them are a
//! [`Candidate`]'s `features`, from which [`Weights`] give each kind a probability; `decide` says which of them stand,
//! and `dedupe` leaves near-duplicates out.
//!
//! What it reaches, on calls the rules were written with and on calls they were not, is what `cargo xtask eval extract`
//! prints.

mod candidate;
mod decide;
mod dedupe;
mod entity;
mod features;
mod guard;
mod pattern;
mod prefilter;
mod rules;
mod score;
mod sides;
mod token;
mod weights;
mod words;

use std::{collections::BTreeSet, ops::Range};

use domain::{Evidence, Finding, ScalarIndex};
use transcript::Document;

pub use candidate::{Candidate, Feature};
pub use decide::stands;
use entity::Known;
pub use prefilter::{Cut, Glimpse, sent};
use token::Token;
pub use weights::{Output, Weights};

/// A quote longer than this many bytes is cut to the clauses around what was found.
const LONGEST_QUOTE: usize = 320;

/// What the second stage has learned; written by `cargo xtask train extract`.
const WEIGHTS: &[u8] = include_bytes!("../../rules/weights.bin");

/// Turns from `start` to `end` (exclusive), by their index in [`Document::turns`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnRange {
    /// The first turn.
    pub start: usize,
    /// The turn after the last.
    pub end: usize,
}

/// Which turns could hold a signal, each with the question that it answers and the answer to what it asks: sorted and
/// disjoint. Empty when the call is small talk from end to end, or not in English.
#[must_use]
pub fn prefilter(document: &Document) -> Vec<TurnRange> {
    if is_foreign(document) {
        return Vec::new();
    }
    match Weights::read(WEIGHTS) {
        Some(weights) => {
            let all = [TurnRange { start: 0, end: document.turns.len() }];
            prefilter::likely(document, &candidates(document, &all), &weights)
        }
        None => prefilter::by_rules(document, &known(document)),
    }
}

/// The signals in the given turns, in the order in which they were said.
///
/// A sentence gives at most one finding a kind, and its quote is a verbatim slice of [`Document::text`] with its
/// scalar offsets. Scores lie between 0.5 and 0.97, in steps of a hundredth. Ranges outside the document are ignored.
#[must_use]
pub fn extract(document: &Document, turns: &[TurnRange]) -> Vec<Finding> {
    match Weights::read(WEIGHTS) {
        Some(weights) => extract_with(document, &candidates(document, turns), &weights),
        None => extract_by_rules(document, turns),
    }
}

/// The same by the rules alone, without what was learned.
#[must_use]
pub fn extract_by_rules(document: &Document, turns: &[TurnRange]) -> Vec<Finding> {
    let candidates = candidates(document, turns);
    let carried = candidates.into_iter().flat_map(|candidate| {
        let turn = candidate.turn;
        candidate.carried.into_iter().map(move |(kind, score, quote)| (kind, score, turn, quote))
    });
    dedupe::distinct(findings(document, carried))
}

/// The same from candidates and weights at hand; for who trains them.
#[must_use]
pub fn extract_with(document: &Document, candidates: &[Candidate], weights: &Weights<'_>) -> Vec<Finding> {
    let decided = decide::decide(candidates, weights);
    let decided =
        decided.into_iter().map(|(kind, score, at, quote)| (kind, score, candidates[at].turn, quote));
    dedupe::distinct(findings(document, decided))
}

/// The sentences of the given turns as the second stage reads them; none of a call that is not in English.
#[must_use]
pub fn candidates(document: &Document, turns: &[TurnRange]) -> Vec<Candidate> {
    if is_foreign(document) { Vec::new() } else { candidate::candidates(document, &known(document), turns) }
}

fn findings(
    document: &Document,
    heard: impl Iterator<Item = (domain::SignalKind, f64, usize, Range<usize>)>,
) -> Vec<Finding> {
    let index = ScalarIndex::new(&document.text);
    heard
        .filter_map(|(kind, score, at, quote)| {
            let turn = document.turns.get(at)?;
            let evidence = Evidence {
                quote: document.text.get(quote.clone()).filter(|quote| !quote.is_empty())?.to_owned(),
                start: index.to_scalar(quote.start)?,
                end: index.to_scalar(quote.end)?,
                turn: at,
                speaker: turn.speaker.clone(),
                at_ms: turn.start_ms,
            };
            Some(Finding { kind, score, evidence })
        })
        .collect()
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
