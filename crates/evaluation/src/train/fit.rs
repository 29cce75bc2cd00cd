//! Fits a logistic model a kind by stochastic gradient descent with a step a weight (`AdaGrad`), shuffled by a fixed seed.

use std::collections::{BTreeMap, HashMap};

use domain::SignalKind;
use embedded::extraction::Feature;

use super::Example;

pub(super) const KINDS: usize = SignalKind::ALL.len();

const EPOCHS: usize = 14;
/// Of the last so many the mean is taken.
const AVERAGED: usize = 7;
const RATE: f32 = 0.06;
/// How strongly weights are drawn to nothing, each time they are touched.
const DECAY: f32 = 0.01;
/// A sentence that carries a kind counts so much more than one that does not: most carry none.
const POSITIVE: f32 = 1.5;
/// A feature that fewer sentences have is chance.
const FEWEST: u32 = 3;
/// How often the rules' opinion is withheld, so that the words are learned too: the rules know these very calls.
const WITHHELD: f32 = 0.3;
/// Weights smaller than this are left out.
const LEAST: f32 = 0.1;

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

    fn share(&mut self) -> f32 {
        (self.next() >> 40) as f32 / (1_u64 << 24) as f32
    }
}

/// Fits a model to examples.
pub(super) fn fit<'e>(examples: impl Iterator<Item = &'e Example>) -> Model {
    let examples: Vec<&Example> = examples.collect();
    let mut seen: HashMap<u32, u32> = HashMap::new();
    for (hash, _) in examples.iter().flat_map(|example| &example.features) {
        *seen.entry(*hash).or_default() += 1;
    }
    let mut known: Vec<u32> =
        seen.iter().filter(|(_, count)| **count >= FEWEST).map(|(hash, _)| *hash).collect();
    known.sort_unstable();
    let places: HashMap<u32, usize> = known.iter().enumerate().map(|(at, hash)| (*hash, at)).collect();
    let rows: Vec<Vec<(usize, f32, bool)>> = examples
        .iter()
        .map(|example| {
            let all = example.features.iter().enumerate();
            all.filter_map(|(at, (hash, value))| Some((*places.get(hash)?, *value, at >= example.rules_from)))
                .collect()
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
            let withheld = chance.share() < WITHHELD;
            let row = rows[*at].iter().filter(|(_, _, of_rules)| !(*of_rules && withheld));
            let mut sums = bias;
            for (place, value, _) in row.clone() {
                sums.iter_mut().zip(&weights[*place]).for_each(|(sum, weight)| *sum += weight * value);
            }
            let mut slopes = [0.0; KINDS];
            for kind in 0..KINDS {
                let (wanted, counts) = if example.kinds[kind] { (1.0, POSITIVE) } else { (0.0, 1.0) };
                slopes[kind] = (logistic(sums[kind]) - wanted) * counts * example.weight;
                bias_squares[kind] += slopes[kind] * slopes[kind];
                bias[kind] -= rate * slopes[kind] / bias_squares[kind].sqrt();
            }
            for (place, value, _) in row {
                for kind in 0..KINDS {
                    let weight = &mut weights[*place][kind];
                    let slope = slopes[kind] * value + DECAY * *weight;
                    let square = &mut squares[*place][kind];
                    *square += slope * slope;
                    *weight -= rate * slope / square.sqrt();
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
    let kept = known.into_iter().zip(sum.into_iter().map(|row| row.map(|weight| weight / AVERAGED as f32)));
    let kept = kept.filter(|(_, row)| row.iter().any(|weight| weight.abs() >= LEAST));
    Model { weights: kept.collect(), bias: bias_sum.map(|sum| sum / AVERAGED as f32) }
}
