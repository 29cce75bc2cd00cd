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
const THRESHOLD: f64 = 0.55;
/// A rival from this one: a name beside a single weak verb is mostly one.
const THRESHOLD_OF_NAMES: f64 = 0.5;
/// No rule is certain.
const CEILING: f64 = 0.97;
/// What it adds that the sentence answers a question about this very thing, and names a thing of the sort.
const ANSWER: f64 = 0.6;
/// What it adds where there is no such thing to name, only something to say.
const ANSWER_IN_WORDS: f64 = 0.4;
/// How much more clearly than anything else a problem must be heard to stand beside it.
const CLEARER: f64 = 0.15;
/// A sentence of fewer words says little by itself; it exclaims or nods: `Oh, what a mess.`
const STORY: usize = 5;
/// What such a sentence loses.
const TERSE: f64 = 0.85;
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
        let asked = asked.contains(&kind) && !setting.question;
        let mut counted: Vec<(f64, Match)> = matches
            .iter()
            .filter(|(rule, matched)| {
                rule.kind == kind && (asked || !rule.in_answer) && setting.allows(rule, *matched, tokens)
            })
            .map(|(rule, matched)| (rule.weight, *matched))
            .collect();
        let answer = if asked { answer(kind, tokens, entities) } else { 0.0 };
        // Weak cues corroborate; alone they are how people talk.
        if answer < ANSWER_IN_WORDS && counted.iter().all(|(weight, _)| *weight < WEAK) {
            continue;
        }
        counted.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.start.cmp(&b.1.start)));
        // The same words must not count twice: of overlapping matches the strongest stands.
        let mut taken: Vec<Match> = Vec::new();
        let mut doubt = 1.0 - answer;
        for (weight, matched) in counted {
            if !taken.iter().any(|other| matched.shares_words_with(other)) {
                taken.push(matched);
                doubt *= 1.0 - weight;
            }
        }
        let short = tokens.len() < STORY && kind != SignalKind::NextStep && !asked;
        let terse = if short { TERSE } else { 1.0 };
        let score = (1.0 - doubt).min(CEILING) * setting.factor(kind) * hedging(tokens) * terse;
        let threshold = if kind == SignalKind::Competitor { THRESHOLD_OF_NAMES } else { THRESHOLD };
        if score >= threshold {
            let start = taken.iter().map(|matched| matched.start).min().unwrap_or(0);
            let end = taken.iter().map(|matched| matched.end).max().unwrap_or(tokens.len());
            carried.push(Carried { kind, score, words: start..end });
        }
    }
    yielding(carried)
}

/// A sentence mostly says one thing. Trouble is told of in nearly every objection and wish, so a problem that is not
/// heard clearly above them yields; and where a rival is named, the trouble is with the rival.
fn yielding(mut carried: Vec<Carried>) -> Vec<Carried> {
    let others = carried.iter().filter(|other| other.kind != SignalKind::Pain);
    let best = others.map(|other| other.score + CLEARER).fold(0.0, f64::max);
    let rival = carried.iter().any(|other| other.kind == SignalKind::Competitor);
    carried.retain(|found| found.kind != SignalKind::Pain || (found.score > best && !rival));
    carried
}

/// What it adds to a kind that the sentence answers a question about it.
fn answer(kind: SignalKind, tokens: &[Token<'_>], entities: &Entities) -> f64 {
    let in_words = |fewest| if tokens.len() >= fewest { ANSWER_IN_WORDS } else { 0.0 };
    let names = match kind {
        SignalKind::Budget => {
            entities.has(Thing::Money) || entities.has(Thing::Amount) || entities.has_plain_number()
        }
        SignalKind::DecisionMaker if !entities.has(Thing::Name) => return in_words(3),
        SignalKind::DecisionMaker => true,
        SignalKind::Timeline => entities.has(Thing::Date) || entities.has(Thing::Duration),
        SignalKind::Competitor => entities.has(Thing::Brand),
        SignalKind::Expansion => entities.has(Thing::Number),
        SignalKind::Pain => return in_words(8),
        SignalKind::Objection | SignalKind::ChurnRisk | SignalKind::FeatureRequest => return in_words(12),
        // It needs somebody to take it on.
        SignalKind::NextStep => false,
    };
    if names { ANSWER } else { 0.0 }
}

fn hedging(tokens: &[Token<'_>]) -> f64 {
    let hedged = tokens.iter().any(|token| {
        matches!(
            &*token.text,
            "maybe" | "perhaps" | "possibly" | "might" | "guess" | "hopefully" | "theoretically"
        )
    });
    if hedged { HEDGED } else { 1.0 }
}
