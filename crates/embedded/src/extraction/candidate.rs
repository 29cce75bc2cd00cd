//! Sentences that could carry a signal, each with what is needed to judge it.

use std::ops::Range;

use domain::SignalKind;
use transcript::{Document, Side};

use super::{
    TurnRange,
    entity::{Entities, Known},
    features,
    guard::{self, Setting},
    pattern::Match,
    rules::{Lexicon, Rule},
    score::{self, Carried},
    sides,
    token::{self, Token},
};

/// How many sentences of an answer still belong to the question before it.
const ANSWER_SENTENCES: usize = 3;

/// How many sentences of a turn, its last ones, are what the next turn replies to.
const REPLIED: usize = 2;
/// So many words of a reply say what it is: `no, not at the moment`.
const REPLY: usize = 12;

/// A sentence, judged by the rules and described for the second stage.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// Its turn, by index.
    pub turn: usize,
    /// Its bytes in [`Document::text`].
    pub sentence: Range<usize>,
    /// What the rules find in it: the kind, the score, and the bytes of [`Document::text`] to quote.
    pub(super) carried: Vec<(SignalKind, f64, Range<usize>)>,
    /// What the second stage knows of it.
    pub features: Vec<Feature>,
    /// Whether it ends as a question, so that the turn after it means little without it.
    pub asks: bool,
}

/// One thing that holds of a sentence: the hash of its name, and how much it holds.
pub type Feature = (u32, f32);

/// A sentence as the stages read it.
pub(super) struct Reading<'t> {
    pub(super) words: &'t [Token<'t>],
    pub(super) entities: &'t Entities,
    pub(super) setting: Setting,
    /// The kinds that the question before it asks about.
    pub(super) asked: &'t [SignalKind],
    pub(super) matches: &'t [(&'t Rule, Match)],
    pub(super) carried: &'t [Carried],
    /// The words of the sentence that the other side said last.
    pub(super) heard: &'t [String],
    /// The words of the sentence before it in the same turn.
    pub(super) before: &'t [String],
    /// The first words that the other side says next, where the sentence is among the last of its turn.
    pub(super) reply: &'t [String],
    /// Where in the call it stands, from 0 to 1; of a few turns alone there is no telling.
    pub(super) place: Option<f32>,
}

/// A call of fewer turns has no beginning and end to speak of.
const WHOLE_CALL: usize = 20;

/// The sentences of the given turns, in order. Those that do not read like English are left out.
pub(super) fn candidates(document: &Document, known: &Known, turns: &[TurnRange]) -> Vec<Candidate> {
    let lexicon = Lexicon::get();
    let sides = sides::resolve(document);
    let count = document.turns.len();
    let mut found = Vec::new();
    for range in turns {
        let mut question: Vec<SignalKind> = Vec::new();
        let mut asker = "";
        let mut heard: Vec<String> =
            range.start.checked_sub(1).map(|at| last_words(document, at)).unwrap_or_default();
        for at in range.start..range.end.min(count) {
            let turn = &document.turns[at];
            let text = document.turn_text(turn);
            let side = sides.get(turn.speaker.as_str()).copied().unwrap_or(turn.side);
            let asked = if turn.speaker == asker { Vec::new() } else { std::mem::take(&mut question) };
            let mut asks: Vec<SignalKind> = Vec::new();
            let mut said = 0;
            let mut before: Vec<String> = Vec::new();
            let reply = reply(document, at, known);
            let sentences = token::sentences(text);
            let last = sentences.len();
            for (sentence_at, sentence) in sentences.into_iter().enumerate() {
                let words = token::tokens(text, sentence.clone());
                said += words.len();
                if words.is_empty() || !guard::is_english(&words) {
                    continue;
                }
                let entities = Entities::find(&words, known);
                let setting = Setting::of(&text[sentence.clone()], &words, side);
                if (setting.question || guard::is_prompt(&words)) && side != Side::External {
                    asks.extend(lexicon.asked(&words, &entities));
                }
                let answers = sentence_at < ANSWER_SENTENCES && side != Side::Internal;
                let asked = if answers { asked.as_slice() } else { &[] };
                let matches = lexicon.matches(&words, &entities);
                let carried = score::score(&matches, &words, &entities, setting, asked);
                let place = (count >= WHOLE_CALL).then(|| at as f32 / count as f32);
                let reading = Reading {
                    words: &words,
                    entities: &entities,
                    setting,
                    asked,
                    matches: &matches,
                    carried: &carried,
                    heard: &heard,
                    before: &before,
                    reply: if sentence_at + REPLIED >= last { &reply } else { &[] },
                    place,
                };
                let features = features::of(&reading);
                before = features::coarse(&words, &entities);
                let quoted = carried.iter().map(|carried| {
                    let quote = super::quote(&words, sentence.clone(), carried.words.clone());
                    (carried.kind, carried.score, turn.start + quote.start..turn.start + quote.end)
                });
                found.push(Candidate {
                    turn: at,
                    carried: quoted.collect(),
                    sentence: turn.start + sentence.start..turn.start + sentence.end,
                    features,
                    asks: text[sentence].trim_end().ends_with(['?', '？']),
                });
            }
            if !before.is_empty() {
                heard = before;
            }
            // A short nod between question and answer does not close the question.
            if !asks.is_empty() {
                (question, asker) = (asks, &turn.speaker);
            } else if said < 4 && turn.speaker != asker {
                question = asked;
            }
        }
    }
    found
}

/// The words with which another speaker goes on after a turn.
fn reply(document: &Document, at: usize, known: &Known) -> Vec<String> {
    let next = document.turns.get(at + 1).filter(|next| next.speaker != document.turns[at].speaker);
    let Some(next) = next else { return Vec::new() };
    let text = document.turn_text(next);
    let sentences = token::sentences(text).into_iter().take(2);
    let words: Vec<String> = sentences
        .flat_map(|sentence| {
            let words = token::tokens(text, sentence);
            features::coarse(&words, &Entities::find(&words, known))
        })
        .take(REPLY)
        .collect();
    words
}

/// The words of the last sentence of a turn.
fn last_words(document: &Document, at: usize) -> Vec<String> {
    let Some(turn) = document.turns.get(at) else { return Vec::new() };
    let text = document.turn_text(turn);
    let Some(last) = token::sentences(text).pop() else { return Vec::new() };
    let words = token::tokens(text, last);
    features::coarse(&words, &Entities::find(&words, &Known::default()))
}
