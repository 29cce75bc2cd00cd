//! Who sells and who buys, where the provider does not say.
//!
//! Only when it tells of nobody: the speaker who talks like a seller (`let me share my screen`, `our customers`) and
//! not like a buyer is taken for one. All others stay unknown, and unknown speakers are read as customers.

use std::collections::BTreeMap;

use transcript::{Document, Side};

use super::words::List;

/// How often a speaker must talk like a seller.
const ENOUGH: i32 = 2;

/// The side of each speaker who is not told of, as far as their words give it away.
pub(super) fn resolve(document: &Document) -> BTreeMap<&str, Side> {
    let mut scores: BTreeMap<&str, i32> = BTreeMap::new();
    if document.turns.iter().any(|turn| turn.side != Side::Unknown) {
        return BTreeMap::new();
    }
    for turn in &document.turns {
        let text = document.turn_text(turn).to_lowercase().replace('’', "'");
        let count = |cues: List| cues.words().iter().filter(|cue| text.contains(cue.as_str())).count() as i32;
        *scores.entry(&turn.speaker).or_default() += count(List::Seller) - 2 * count(List::Buyer);
    }
    // A lone speaker is a note or a voice mail: nobody sells to themselves.
    if scores.len() < 2 || scores.values().all(|score| *score >= ENOUGH) {
        return BTreeMap::new();
    }
    scores.into_iter().filter(|(_, score)| *score >= ENOUGH).map(|(name, _)| (name, Side::Internal)).collect()
}
