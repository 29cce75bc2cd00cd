//! From which probability on a sentence counts: chosen on calls that were left out of training.

use embedded::extraction::{Output, stands};

use super::fit::KINDS;

/// A call with what was predicted of it.
#[derive(Clone, Default)]
pub(super) struct Judged {
    /// The turn of each sentence.
    pub(super) turns: Vec<usize>,
    /// A kind: for each label the sentences that state it.
    pub(super) labels: Vec<Vec<Vec<usize>>>,
    /// The probability of each kind in each sentence.
    pub(super) likely: Vec<[f32; KINDS]>,
}

/// What the prefilter may lose of the labels in calls that were left out; the context that it keeps brings some back.
const LOST: f64 = 0.03;
/// How much less sure of other calls the weights are taken to be: examples were written with these calls in view.
const MARGIN: f32 = 0.8;
impl Judged {
    /// The sentences that carry a kind under a decision.
    pub(super) fn kept(&self, kind: usize, (threshold, step): (f32, f32)) -> Vec<usize> {
        let likely: Vec<f32> = self.likely.iter().map(|likely| likely[kind]).collect();
        stands(&self.turns, &likely, &Output { threshold, step, ..Output::default() })
    }
}

/// Labels, found, wrong of one kind under a decision.
fn count(calls: &[Judged], kind: usize, decision: (f32, f32)) -> [usize; 3] {
    let mut counts = [0; 3];
    for call in calls {
        let kept = call.kept(kind, decision);
        let labels = &call.labels[kind];
        counts[0] += labels.len();
        counts[1] += labels.iter().filter(|label| label.iter().any(|at| kept.contains(at))).count();
        counts[2] += kept.iter().filter(|at| !labels.iter().any(|label| label.contains(at))).count();
    }
    counts
}

/// Labels, found, wrong a kind.
pub(super) fn counts(calls: &[Judged], decisions: &[(f32, f32); KINDS]) -> Vec<[usize; 3]> {
    (0..KINDS).map(|kind| count(calls, kind, decisions[kind])).collect()
}

/// The harmonic mean of precision and recall.
pub(super) fn f1([labeled, found, wrong]: [usize; 3]) -> f64 {
    if labeled + found + wrong == 0 { 1.0 } else { 2.0 * found as f64 / (labeled + found + wrong) as f64 }
}

/// The thresholds and steps under which micro-averaged F1 is highest, and the prefilter's threshold.
pub(super) fn choose(calls: &[Judged]) -> ([(f32, f32); KINDS], f32) {
    let thresholds = (4..=45).map(|at| at as f32 * 0.02);
    let options: Vec<(f32, f32)> = thresholds
        .flat_map(|threshold| [0.0, 0.04, 0.08, 0.15, 0.25].map(|step| (threshold, step)))
        .collect();
    let counted: Vec<Vec<[usize; 3]>> =
        (0..KINDS).map(|kind| options.iter().map(|option| count(calls, kind, *option)).collect()).collect();
    // F1 over all kinds is a ratio: what maximizes it also maximizes twice what is found less the ratio's share of all
    // that counts, so each kind can be chosen by itself and the ratio be found by repetition.
    let mut ratio = 0.5;
    let mut decisions = [(0.5, 0.0); KINDS];
    for _ in 0..12 {
        let mut total = [0; 3];
        for (kind, own) in counted.iter().enumerate() {
            let worth = |[labeled, found, wrong]: [usize; 3]| {
                2.0 * found as f64 - ratio * (labeled + found + wrong) as f64
            };
            // Neighboring thresholds speak for a threshold: a single lucky one does not generalize.
            let smooth = |at: usize| {
                let beside = [at.checked_sub(5), Some(at), Some(at + 5)].into_iter().flatten();
                let near: Vec<f64> =
                    beside.filter_map(|at| own.get(at)).map(|counts| worth(*counts)).collect();
                near.iter().sum::<f64>() / near.len() as f64
            };
            let best = (0..options.len()).max_by(|a, b| smooth(*a).total_cmp(&smooth(*b))).unwrap_or(0);
            decisions[kind] = options[best];
            total = [0, 1, 2].map(|at| total[at] + own[best][at]);
        }
        ratio = f1(total);
    }
    (decisions, prefilter(calls))
}

/// The probability under which so few labels lie that they may be lost.
fn prefilter(calls: &[Judged]) -> f32 {
    let mut best: Vec<f32> = Vec::new();
    for call in calls {
        for label in call.labels.iter().flatten() {
            let any = label.iter().flat_map(|at| call.likely[*at]).fold(0.0, f32::max);
            best.push(any);
        }
    }
    best.sort_by(f32::total_cmp);
    let at = (best.len() as f64 * LOST) as usize;
    best.get(at).copied().unwrap_or(0.0) * MARGIN
}
