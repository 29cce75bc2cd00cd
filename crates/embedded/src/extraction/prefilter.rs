//! Which turns could matter.
//!
//! A turn is kept when one of its sentences is likely enough to carry a signal of any kind, be it only a little: the
//! second stage's threshold for this is set so that next to no labeled sentence falls below it. Around each kept turn a
//! little context stays, since an answer (`about fifty`) means nothing without its question. Without weights a turn is
//! kept when a rule that says something matches in it, or when it asks a question whose answer would be a signal.

use transcript::{Document, Turn};

use super::{
    Candidate, TurnRange, Weights,
    entity::{Entities, Known},
    guard::{self, Setting},
    rules::Lexicon,
    token::tokens,
};

/// How many turns before one that matters are kept.
const BEFORE: usize = 1;
/// How many turns after one that matters are kept.
const AFTER: usize = 1;
/// Turns of fewer words are fillers: `yeah, right`.
const FEWEST_WORDS: usize = 3;

/// The turns with a sentence that could hold a signal, with their context: sorted and disjoint.
pub(super) fn likely(document: &Document, candidates: &[Candidate], weights: &Weights<'_>) -> Vec<TurnRange> {
    let matters = candidates.iter().filter(|candidate| {
        weights.probabilities(&candidate.features).into_iter().any(|likely| likely >= weights.prefilter)
    });
    with_context(document, matters.map(|candidate| candidate.turn))
}

/// The same by the rules alone.
pub(super) fn by_rules(document: &Document, known: &Known) -> Vec<TurnRange> {
    let lexicon = Lexicon::get();
    let turns = document.turns.iter().enumerate();
    let matter = turns.filter(|(_, turn)| matters(document, turn, known, lexicon));
    with_context(document, matter.map(|(at, _)| at))
}

fn with_context(document: &Document, turns: impl Iterator<Item = usize>) -> Vec<TurnRange> {
    let mut kept: Vec<TurnRange> = Vec::new();
    for at in turns {
        let range =
            TurnRange { start: at.saturating_sub(BEFORE), end: (at + 1 + AFTER).min(document.turns.len()) };
        match kept.last_mut() {
            Some(last) if last.end >= range.start => last.end = range.end,
            _ => kept.push(range),
        }
    }
    kept
}

fn matters(document: &Document, turn: &Turn, known: &Known, lexicon: &Lexicon) -> bool {
    let text = document.turn_text(turn);
    let words = tokens(text, 0..text.len());
    if words.len() < FEWEST_WORDS || !guard::is_english(&words) {
        return false;
    }
    let entities = Entities::find(&words, known);
    // A turn may hold a question and a statement, so it is taken for the one that lets more rules count.
    let setting = Setting::plain(turn.side);
    lexicon.matches_any(&words, &entities, |rule, matched| setting.allows(rule, matched, &words))
        || (text.contains('?') && !lexicon.asked(&words, &entities).is_empty())
}
