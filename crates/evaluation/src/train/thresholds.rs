//! From which probability on a sentence counts: chosen on calls that were left out of training.

use embedded::extraction::{Cut, Glimpse, Output, sent, stands};

use super::fit::KINDS;

/// A call with what was predicted of it.
#[derive(Clone, Default)]
pub(super) struct Judged {
    /// The turn of each sentence.
    pub(super) turns: Vec<usize>,
    /// A kind: for each label the sentences that state it.
    pub(super) labels: Vec<Vec<Vec<usize>>>,
    /// Of which kinds it cannot be said, a sentence: finding them is neither right nor wrong.
    pub(super) unsure: Vec<[bool; KINDS]>,
    /// The probability of each kind in each sentence.
    pub(super) likely: Vec<[f32; KINDS]>,
    /// The sentences as the prefilter sees them, without their probabilities.
    pub(super) glimpses: Vec<Glimpse>,
    /// How many turns the call has.
    pub(super) all_turns: usize,
}

/// The share of the labels in left-out calls that the prefilter may lose.
const LOST: f64 = 0.02;
/// A call is sent on when its likeliest sentence is at least so likely, as a share of the least likely of those in calls
/// with labels: other calls are less like those that were learned from.
const MARGIN: f32 = 0.6;

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
        let wrong = |at: &&usize| !call.unsure[**at][kind] && !labels.iter().any(|label| label.contains(at));
        counts[2] += kept.iter().filter(wrong).count();
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

/// How many sentences there are for each label.
fn sentences_a_label(calls: &[Judged]) -> f64 {
    let labels: usize = calls.iter().flat_map(|call| &call.labels).map(Vec::len).sum();
    let sentences: usize = calls.iter().map(|call| call.likely.len()).sum();
    sentences as f64 / labels.max(1) as f64
}

/// The thresholds and steps under which micro-averaged F1 over calls and dialogues is highest. People say more that is
/// no fact in a call than in a written dialogue, so what is wrong in a dialogue counts for more; not for as much more, since
/// what is no fact in a dialogue was written to look like one.
pub(super) fn choose(calls: &[Judged], dialogues: &[Judged]) -> [(f32, f32); KINDS] {
    let denser = sentences_a_label(calls) / sentences_a_label(dialogues).max(1.0);
    let denser = denser.sqrt();
    let thresholds = (4..=45).map(|at| at as f32 * 0.02);
    let options: Vec<(f32, f32)> = thresholds
        .flat_map(|threshold| [0.0, 0.04, 0.08, 0.15, 0.25].map(|step| (threshold, step)))
        .collect();
    let together = |kind: usize, option: (f32, f32)| {
        let (in_calls, in_dialogues) = (count(calls, kind, option), count(dialogues, kind, option));
        let wrong = in_calls[2] as f64 + in_dialogues[2] as f64 * denser;
        [in_calls[0] + in_dialogues[0], in_calls[1] + in_dialogues[1], wrong.round() as usize]
    };
    let counted: Vec<Vec<[usize; 3]>> =
        (0..KINDS).map(|kind| options.iter().map(|option| together(kind, *option)).collect()).collect();
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
    decisions
}

/// The highest thresholds of the prefilter that lose few labels.
pub(super) fn prefilter(calls: &[Judged]) -> Cut {
    let labeled = calls.iter().filter(|call| call.labels.iter().any(|labels| !labels.is_empty()));
    let likeliest = labeled.map(|call| call.likely.iter().flatten().copied().fold(0.0, f32::max));
    let call = MARGIN * likeliest.fold(1.0, f32::min);
    let steps = (0..100).rev().map(|at| Cut { turn: at as f32 * 0.005, call });
    let few = |cut: &Cut| {
        let [_, _, labels, lost] = sent_on(calls, *cut);
        lost as f64 <= labels as f64 * LOST
    };
    steps.into_iter().find(few).unwrap_or_default()
}

/// Turns, turns that are sent on, labels, and labels of which nothing is sent on.
pub(super) fn sent_on(calls: &[Judged], cut: Cut) -> [usize; 4] {
    let mut counts = [0; 4];
    for call in calls {
        let likely = call.likely.iter().map(|likely| likely.iter().copied().fold(0.0, f32::max));
        let glimpses =
            call.glimpses.iter().zip(likely).map(|(glimpse, likely)| Glimpse { likely, ..*glimpse });
        let kept = sent(&glimpses.collect::<Vec<_>>(), call.all_turns, cut);
        let is_kept = |turn: usize| kept.iter().any(|range| (range.start..range.end).contains(&turn));
        counts[0] += call.all_turns;
        counts[1] += kept.iter().map(|range| range.end - range.start).sum::<usize>();
        for label in call.labels.iter().flatten() {
            counts[2] += 1;
            counts[3] += usize::from(!label.iter().any(|at| is_kept(call.turns[*at])));
        }
    }
    counts
}
