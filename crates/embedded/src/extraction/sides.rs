//! Who sells and who buys, where the provider does not say.
//!
//! Only when it tells of nobody: the speaker who talks like a seller (`let me share my screen`, `our customers`) and
//! not like a buyer is taken for one. All others stay unknown, and unknown speakers are read as customers.

use std::collections::BTreeMap;

use transcript::{Document, Side};

/// How often a speaker must talk like a seller.
const ENOUGH: i32 = 2;

const SELLER: [&str; 22] = [
    "share my screen",
    "our customers",
    "our platform",
    "our product",
    "our pricing",
    "our roadmap",
    "walk you through",
    "show you",
    "our solutions",
    "we offer",
    "we support",
    "our other customers",
    "thanks for taking the time",
    "on our end we",
    "customers like you",
    "tell me about",
    "what are you using",
    "how do you currently",
    "our engineering team",
    "i'll send you",
    "our standard",
    "what does that look like",
];
const BUYER: [&str; 12] = [
    "your product",
    "your platform",
    "your pricing",
    "your tool",
    "you guys",
    "your competitors",
    "do you support",
    "our current",
    "we're evaluating",
    "we are evaluating",
    "does it integrate",
    "your proposal",
];

/// The side of each speaker who is not told of, as far as their words give it away.
pub(super) fn resolve(document: &Document) -> BTreeMap<&str, Side> {
    let mut scores: BTreeMap<&str, i32> = BTreeMap::new();
    if document.turns.iter().any(|turn| turn.side != Side::Unknown) {
        return BTreeMap::new();
    }
    for turn in &document.turns {
        let text = document.turn_text(turn).to_lowercase().replace('’', "'");
        let count = |cues: &[&str]| cues.iter().filter(|cue| text.contains(**cue)).count() as i32;
        *scores.entry(&turn.speaker).or_default() += count(&SELLER) - 2 * count(&BUYER);
    }
    // A lone speaker is a note or a voice mail: nobody sells to themselves.
    if scores.len() < 2 || scores.values().all(|score| *score >= ENOUGH) {
        return BTreeMap::new();
    }
    scores.into_iter().filter(|(_, score)| *score >= ENOUGH).map(|(name, _)| (name, Side::Internal)).collect()
}
