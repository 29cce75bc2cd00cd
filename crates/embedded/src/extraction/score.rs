//! What the matches of one sentence say together.

use domain::SignalKind;

use super::{
    entity::Entities,
    guard::Setting,
    pattern::{Match, Thing},
    rules::{Rule, WEAK},
    token::Token,
};

/// A kind is found from this score on.
pub(super) const THRESHOLD: f64 = 0.5;
/// No rule is certain.
const CEILING: f64 = 0.97;
/// What it adds that the sentence answers a question about this very thing, and names a thing of the sort.
const ANSWER: f64 = 0.5;
/// What a sentence of hedges loses.
const HEDGED: f64 = 0.93;

/// A kind that a sentence carries.
#[derive(Clone, Debug)]
pub(super) struct Carried {
    pub(super) kind: SignalKind,
    pub(super) score: f64,
    /// The words from the first to the last match (exclusive).
    pub(super) words: std::ops::Range<usize>,
}

/// The kinds that a sentence carries, each with its score.
pub(super) fn score(
    matches: &[(&Rule, Match)],
    tokens: &[Token<'_>],
    entities: &Entities,
    setting: Setting,
    asked: &[SignalKind],
) -> Vec<Carried> {
    let mut carried = Vec::new();
    for kind in SignalKind::ALL {
        let mut counted: Vec<(f64, Match)> = matches
            .iter()
            .filter(|(rule, matched)| rule.kind == kind && setting.allows(rule, *matched, tokens))
            .map(|(rule, matched)| (rule.weight, *matched))
            .collect();
        let answers = asked.contains(&kind) && !setting.question && is_answer(kind, tokens, entities);
        // Weak cues corroborate; alone they are how people talk.
        if !answers && counted.iter().all(|(weight, _)| *weight < WEAK) {
            continue;
        }
        counted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
        // The same words must not count twice: of overlapping matches the strongest stands.
        let mut taken: Vec<Match> = Vec::new();
        let mut doubt = if answers { 1.0 - ANSWER } else { 1.0 };
        for (weight, matched) in counted {
            if taken.iter().all(|other| matched.end <= other.start || other.end <= matched.start) {
                taken.push(matched);
                doubt *= 1.0 - weight;
            }
        }
        let score = (1.0 - doubt).min(CEILING) * setting.factor(kind) * hedging(tokens);
        if score >= THRESHOLD {
            let start = taken.iter().map(|matched| matched.start).min().unwrap_or(0);
            let end = taken.iter().map(|matched| matched.end).max().unwrap_or(tokens.len());
            carried.push(Carried { kind, score, words: start..end });
        }
    }
    carried
}

/// Whether the sentence names the sort of thing that a question about this kind asks for.
fn is_answer(kind: SignalKind, tokens: &[Token<'_>], entities: &Entities) -> bool {
    match kind {
        SignalKind::Budget => entities.has(Thing::Money) || entities.has(Thing::Amount),
        SignalKind::DecisionMaker => entities.has(Thing::Name),
        SignalKind::Timeline => entities.has(Thing::Date) || entities.has(Thing::Duration),
        SignalKind::Competitor => entities.has(Thing::Brand),
        SignalKind::Expansion => entities.has(Thing::Number),
        SignalKind::Objection | SignalKind::ChurnRisk | SignalKind::FeatureRequest => tokens.len() >= 12,
        // A problem is a story, seldom one sentence; a next step needs somebody to take it on.
        SignalKind::Pain | SignalKind::NextStep => false,
    }
}

fn hedging(tokens: &[Token<'_>]) -> f64 {
    let hedged = tokens.iter().any(|token| {
        matches!(&*token.text, "maybe" | "perhaps" | "possibly" | "might" | "guess" | "hopefully" | "theoretically")
    });
    if hedged { HEDGED } else { 1.0 }
}
