//! Fits a logistic model a kind by stochastic gradient descent with a step a weight (`AdaGrad`), shuffled by a fixed seed.

use std::collections::{BTreeMap, HashMap};

use domain::SignalKind;
use embedded::extraction::Feature;

use super::Example;

pub(super) const KINDS: usize = SignalKind::ALL.len();

const EPOCHS: usize = 16;
/// Of the last so many the mean is taken.
const AVERAGED: usize = 8;
const RATE: f32 = 0.1;
/// How strongly each weight is drawn to nothing, beside the losses of all examples together.
const DECAY: f32 = 3.3;
/// A sentence that carries a kind counts so much more than one that does not: most carry none.
const POSITIVE: f32 = 2.5;
/// A feature that fewer sentences have is chance.
const FEWEST: u32 = 3;
/// So many features are kept: those that move some kind the most where they hold.
const MOST: usize = 18_000;
/// Weights that move nothing by more than this are stored as none.
const LEAST: f32 = 0.012;

/// A fitted model.
pub(super) struct Model {
    pub(super) weights: BTreeMap<u32, [f32; KINDS]>,
    pub(super) bias: [f32; KINDS],
}

impl Model {
    pub(super) fn probabilities(&self, features: &[Feature]) -> [f32; KINDS] {
        let mut sums = self.bias;
        for (hash, value) in features {
            if let Some(row) = self.weights.get(hash) {
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * value);
            }
        }
        sums.map(logistic)
    }
}

fn logistic(sum: f32) -> f32 {
    1.0 / (1.0 + (-sum).exp())
}

/// A sequence of numbers that looks random and is always the same.
struct Sequence(u64);

impl Sequence {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}

/// A feature that the examples have often enough.
#[derive(Clone, Copy, Default)]
struct Known {
    /// How many sentences have it.
    count: u32,
    /// How much it holds of them, in sum.
    held: f32,
}

/// Fits a model to examples.
pub(super) fn fit<'e>(examples: impl Iterator<Item = &'e Example>) -> Model {
    let examples: Vec<&Example> = examples.collect();
    let mut seen: HashMap<u32, Known> = HashMap::new();
    for (hash, value) in examples.iter().flat_map(|example| &example.features) {
        let known = seen.entry(*hash).or_default();
        known.count += 1;
        known.held += value.abs();
    }
    let mut known: Vec<(u32, Known)> = seen.into_iter().filter(|(_, known)| known.count >= FEWEST).collect();
    known.sort_unstable_by_key(|(hash, _)| *hash);
    let places: HashMap<u32, usize> = known.iter().enumerate().map(|(at, (hash, _))| (*hash, at)).collect();
    let decay: Vec<f32> = known.iter().map(|(_, known)| DECAY / known.count as f32).collect();
    let rows: Vec<Vec<(usize, f32)>> = examples
        .iter()
        .map(|example| {
            let features = example.features.iter();
            features.filter_map(|(hash, value)| Some((*places.get(hash)?, *value))).collect()
        })
        .collect();
    let mut weights = vec![[0.0_f32; KINDS]; known.len()];
    let mut squares = vec![[0.01_f32; KINDS]; known.len()];
    let (mut bias, mut bias_squares) = ([-3.0_f32; KINDS], [0.1_f32; KINDS]);
    let mut sum = vec![[0.0_f32; KINDS]; known.len()];
    let mut bias_sum = [0.0_f32; KINDS];
    let mut chance = Sequence(0x5eed_0fda_7a11_ab1e);
    let mut order: Vec<usize> = (0..examples.len()).collect();
    for epoch in 0..EPOCHS {
        let rate = RATE * (1.0 - 0.7 * epoch as f32 / EPOCHS as f32);
        for at in (1..order.len()).rev() {
            order.swap(at, (chance.next() % (at as u64 + 1)) as usize);
        }
        for at in &order {
            let example = examples[*at];
            let mut sums = bias;
            for (place, value) in &rows[*at] {
                sums.iter_mut().zip(&weights[*place]).for_each(|(sum, weight)| *sum += weight * value);
            }
            let mut slopes = [0.0; KINDS];
            for kind in (0..KINDS).filter(|kind| !example.unsure[*kind]) {
                let (wanted, counts) = if example.kinds[kind] { (1.0, POSITIVE) } else { (0.0, 1.0) };
                slopes[kind] = (logistic(sums[kind]) - wanted) * counts;
                bias_squares[kind] += slopes[kind] * slopes[kind];
                bias[kind] -= rate * slopes[kind] / bias_squares[kind].sqrt();
            }
            for (place, value) in &rows[*at] {
                let (weights, squares) = (&mut weights[*place], &mut squares[*place]);
                for kind in 0..KINDS {
                    let slope = slopes[kind] * value + decay[*place] * weights[kind];
                    squares[kind] += slope * slope;
                    weights[kind] -= rate * slope / squares[kind].sqrt();
                }
            }
        }
        if epoch + AVERAGED >= EPOCHS {
            for (sum, row) in sum.iter_mut().zip(&weights) {
                sum.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight);
            }
            bias_sum.iter_mut().zip(bias).for_each(|(sum, bias)| *sum += bias);
        }
    }
    // The mean of the later epochs swings less than where the last one happened to end.
    let sum = sum.into_iter().map(|row| row.map(|weight| weight / AVERAGED as f32));
    Model { weights: telling(&known, sum), bias: bias_sum.map(|sum| sum / AVERAGED as f32) }
}

/// The features that say the most, and of each what it says.
fn telling(
    known: &[(u32, Known)],
    weights: impl Iterator<Item = [f32; KINDS]>,
) -> BTreeMap<u32, [f32; KINDS]> {
    let mut ranked: Vec<(f32, u32, [f32; KINDS])> = known
        .iter()
        .zip(weights)
        .map(|((hash, known), row)| {
            let held = known.held / known.count as f32;
            let row = row.map(|weight| if (weight * held).abs() < LEAST { 0.0 } else { weight });
            (row.iter().fold(0.0, |most, weight| f32::max(most, (weight * held).abs())), *hash, row)
        })
        .filter(|(most, ..)| *most > 0.0)
        .collect();
    ranked.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    ranked.into_iter().take(MOST).map(|(_, hash, row)| (hash, row)).collect()
}
