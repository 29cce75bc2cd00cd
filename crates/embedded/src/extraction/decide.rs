//! Which sentences of a call become findings: those that the second stage holds for likely enough.
//!
//! A call states a fact of a kind once or twice, rarely six times: the likeliest sentence of a kind stands when it
//! passes its kind's threshold, and each further one needs a little more.

use std::ops::Range;

use domain::SignalKind;

use super::{
    candidate::Candidate,
    weights::{Output, Weights},
};

/// A further finding of a kind in the same turn, or in one beside it, is mostly the same fact in other words.
const BESIDE: usize = 1;
/// What such a one needs more than others.
const BESIDE_STEP: f32 = 0.15;
/// Nothing is certain.
const CEILING: f64 = 0.97;

/// A decided finding: its kind, its score, its candidate, and the bytes of the document to quote.
pub(super) type Decided = (SignalKind, f64, usize, Range<usize>);

/// Which of the sentences in `turns` (by their turns), with the probabilities of one kind, stand.
#[must_use]
pub fn stands(turns: &[usize], likely: &[f32], output: &Output) -> Vec<usize> {
    let mut order: Vec<usize> = (0..likely.len()).filter(|at| likely[*at] >= output.threshold).collect();
    order.sort_by(|a, b| likely[*b].total_cmp(&likely[*a]).then(a.cmp(b)));
    let mut kept: Vec<usize> = Vec::new();
    for at in order {
        let beside = kept.iter().any(|other| turns[*other].abs_diff(turns[at]) <= BESIDE);
        let more = output.step * kept.len() as f32 + if beside { BESIDE_STEP } else { 0.0 };
        // What is left of doubt shrinks by that share, so that no demand is beyond reach.
        let needed = 1.0 - (1.0 - output.threshold) * (1.0 - more.min(0.95));
        if likely[at] >= needed {
            kept.push(at);
        }
    }
    kept
}

/// The findings among `candidates`, in the order in which they were said.
pub(super) fn decide(candidates: &[Candidate], weights: &Weights<'_>) -> Vec<Decided> {
    let likely: Vec<_> =
        candidates.iter().map(|candidate| weights.probabilities(&candidate.features)).collect();
    let turns: Vec<usize> = candidates.iter().map(|candidate| candidate.turn).collect();
    let mut decided = Vec::new();
    for (position, kind) in SignalKind::ALL.into_iter().enumerate() {
        let output = weights.outputs[position];
        let own: Vec<f32> = likely.iter().map(|likely| likely[position]).collect();
        let kept = stands(&turns, &own, &output);
        decided.extend(kept.into_iter().map(|at| {
            let candidate = &candidates[at];
            let quote = candidate.carried.iter().find(|(carried, _, _)| *carried == kind);
            let quote = quote.map_or(candidate.sentence.clone(), |(_, _, quote)| quote.clone());
            (kind, score(likely[at][position], output.threshold), at, quote)
        }));
    }
    decided.sort_by_key(|(kind, _, at, _)| (*at, *kind));
    decided
}

/// From 0.5 at the threshold to the ceiling at certainty, in steps of a hundredth.
fn score(probability: f32, threshold: f32) -> f64 {
    let above = f64::from((probability - threshold) / (1.0 - threshold).max(0.01));
    ((0.5 + above * 0.5).min(CEILING) * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likeliest_stands_and_each_further_one_needs_more() {
        let output = Output { threshold: 0.4, step: 0.2, ..Output::default() };
        for (turns, likely, expect) in [
            (vec![0, 9], vec![0.39, 0.2], vec![]),
            (vec![0, 9], vec![0.41, 0.2], vec![0]),
            // The second needs 1 - 0.6 * 0.8 = 0.52, a third 0.64.
            (vec![0, 9, 20], vec![0.9, 0.53, 0.51], vec![0, 1]),
            (vec![0, 9, 20], vec![0.65, 0.7, 0.9], vec![2, 1, 0]),
            // Beside one that stands: 1 - 0.6 * 0.65 = 0.61.
            (vec![3, 4, 4], vec![0.6, 0.9, 0.62], vec![1, 2]),
        ] {
            assert_eq!(stands(&turns, &likely, &output), expect, "{turns:?} {likely:?}");
        }
    }

    #[test]
    fn a_score_runs_from_a_half_at_the_threshold_to_near_certainty() {
        assert_eq!([0.4, 0.7, 1.0].map(|likely| score(likely, 0.4)), [0.5, 0.75, 0.97]);
    }
}
