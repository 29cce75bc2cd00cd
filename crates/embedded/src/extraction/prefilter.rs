//! Which turns could matter.
//!
//! A turn is kept when a rule that says something matches in it, or when it asks a question whose answer would be a
//! signal. Around each kept turn a little context stays, since an answer (`about fifty`) means nothing without its
//! question. Small talk and fillers match nothing and fall away.

use transcript::{Document, Turn};

use super::{
    TurnRange,
    entity::{Entities, Known},
    guard::{self, Setting},
    rules::Lexicon,
    token::tokens,
};

/// How many turns before one that matters are kept.
const BEFORE: usize = 1;
/// How many turns after one that matters are kept: an answer may take two.
const AFTER: usize = 2;
/// Turns of fewer words are fillers: `yeah, right`.
const FEWEST_WORDS: usize = 3;

/// The turns that could hold a signal, with their context: sorted and disjoint.
pub(super) fn ranges(document: &Document, known: &Known) -> Vec<TurnRange> {
    let lexicon = Lexicon::get();
    let mut kept: Vec<TurnRange> = Vec::new();
    for (at, turn) in document.turns.iter().enumerate() {
        if !matters(document, turn, known, lexicon) {
            continue;
        }
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
