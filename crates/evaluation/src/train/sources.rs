//! Calls and dialogues as what is learned from, with what judging decisions on them takes.

use embedded::extraction::{Candidate, Glimpse, TurnRange, candidates};
use transcript::Document;

use super::{Example, fit::KINDS, thresholds::Judged};
use crate::{corpus::Call, dialogues, dialogues::Dialogue, score::overlap};

/// From so many sentences on a dialogue is judged like a call.
const CALL: usize = 12;

/// A call, or a dialogue.
pub(super) struct Source {
    pub(super) file: String,
    pub(super) sentences: Vec<String>,
    pub(super) examples: Vec<Example>,
    pub(super) judged: Judged,
}

impl Source {
    /// A labeled call. Every place of a label carries its kind.
    pub(super) fn of_call(call: &Call) -> Self {
        let mut source = Self::of(&call.document, call.file.clone());
        let found = all(&call.document);
        for label in &call.labels {
            let said = |at: &usize| label.places.iter().any(|place| overlap(place, &found[*at].sentence));
            let said: Vec<usize> = (0..found.len()).filter(said).collect();
            said.iter().for_each(|at| source.examples[*at].kinds[label.kind as usize] = true);
            source.judged.labels[label.kind as usize].push(said);
        }
        source
    }

    /// A marked dialogue. Marked sentences of one kind in one turn state one fact.
    pub(super) fn of_dialogue(dialogue: &Dialogue) -> Self {
        let mut source = Self::of(&dialogue.document, dialogue.name.clone());
        let found = all(&dialogue.document);
        for mark in &dialogue.marks {
            let sentences = found.iter().map(|candidate| candidate.sentence.clone());
            let Some(at) = dialogues::marked(sentences, mark) else { continue };
            let kind = mark.kind as usize;
            if mark.unsure {
                source.examples[at].unsure[kind] = true;
                source.judged.unsure[at][kind] = true;
                continue;
            }
            source.examples[at].kinds[kind] = true;
            let labels = &mut source.judged.labels[kind];
            match labels
                .last_mut()
                .filter(|said| said.iter().any(|other| found[*other].turn == found[at].turn))
            {
                Some(said) => said.push(at),
                None => labels.push(vec![at]),
            }
        }
        source
    }

    /// Whether it is long enough to be judged like a call.
    pub(super) fn is_call(&self) -> bool {
        self.examples.len() >= CALL
    }

    fn of(document: &Document, file: String) -> Self {
        let found = all(document);
        let example = |candidate: &Candidate| Example {
            features: candidate.features.clone(),
            kinds: [false; KINDS],
            unsure: [false; KINDS],
        };
        let glimpse =
            |candidate: &Candidate| Glimpse { turn: candidate.turn, asks: candidate.asks, likely: 0.0 };
        Self {
            file,
            sentences: found.iter().map(|at| document.text[at.sentence.clone()].to_owned()).collect(),
            examples: found.iter().map(example).collect(),
            judged: Judged {
                turns: found.iter().map(|candidate| candidate.turn).collect(),
                labels: vec![Vec::new(); KINDS],
                unsure: vec![[false; KINDS]; found.len()],
                likely: Vec::new(),
                glimpses: found.iter().map(glimpse).collect(),
                all_turns: document.turns.len(),
            },
        }
    }
}

fn all(document: &Document) -> Vec<Candidate> {
    candidates(document, &[TurnRange { start: 0, end: document.turns.len() }])
}
