//! Trains the second stage of extraction: from the development calls and the example sentences, with a fixed seed, so
//! that the same inputs give the same bytes.

mod examples;
mod fit;
mod thresholds;

use std::collections::BTreeMap;

use anyhow::Result;
use domain::SignalKind;
use embedded::extraction::{Output, TurnRange, Weights, candidates};
use serde::Serialize;

use crate::corpus::{self, Group};
use crate::score::Miss;
pub use examples::Example;
use fit::{KINDS, Model};
use thresholds::Judged;

/// Folds of the cross-validation by which thresholds are set and what is to be expected is told.
const FOLDS: usize = 8;

/// What training says of itself.
#[derive(Debug, Serialize)]
pub struct TrainReport {
    /// Sentences learned from: of calls, and of the examples.
    pub sentences: [usize; 2],
    /// Features that have a weight.
    pub features: usize,
    /// The size of the weights in bytes.
    pub bytes: usize,
    /// What calls that were left out of training reached, by micro-averaged F1: an estimate, thresholds in view.
    pub left_out_f1: f64,
    /// The same a kind: labels, found, wrong.
    pub left_out: BTreeMap<&'static str, [usize; 3]>,
    /// What was missed and what was wrong in those calls, with its probability.
    pub misses: Vec<Miss>,
}

/// A call's sentences as examples, with what judging decisions on them takes.
struct CallExamples {
    file: String,
    sentences: Vec<String>,
    examples: Vec<Example>,
    judged: Judged,
}

/// Trains, and gives the bytes of the weights.
///
/// # Errors
/// When the development calls or the examples cannot be read.
pub fn train() -> Result<(Vec<u8>, TrainReport)> {
    let calls: Vec<CallExamples> = corpus::read(Group::Development)?.iter().map(of_call).collect();
    let written = examples::written()?;
    let mut left_out: Vec<Judged> = Vec::new();
    let mut told: Vec<&CallExamples> = Vec::new();
    for fold in 0..FOLDS {
        let (own, rest): (Vec<_>, Vec<_>) = calls.iter().enumerate().partition(|(at, _)| at % FOLDS == fold);
        let model = fit::fit(rest.iter().flat_map(|(_, call)| &call.examples).chain(&written));
        for (_, call) in own {
            let likely = call.examples.iter().map(|example| model.probabilities(&example.features));
            left_out.push(Judged { likely: likely.collect(), ..call.judged.clone() });
            told.push(call);
        }
    }
    let (decisions, prefilter) = thresholds::choose(&left_out);
    let counts = thresholds::counts(&left_out, &decisions);
    let model = fit::fit(calls.iter().flat_map(|call| &call.examples).chain(&written));
    let (bytes, features) = pack(&model, &decisions, prefilter);
    let total = counts.iter().fold([0; 3], |sum, own| [0, 1, 2].map(|at| sum[at] + own[at]));
    let report = TrainReport {
        sentences: [calls.iter().map(|call| call.examples.len()).sum(), written.len()],
        features,
        bytes: bytes.len(),
        left_out_f1: thresholds::f1(total),
        misses: told
            .iter()
            .zip(&left_out)
            .flat_map(|(call, judged)| misses(call, judged, &decisions))
            .collect(),
        left_out: SignalKind::ALL.iter().map(|kind| kind.as_str()).zip(counts).collect(),
    };
    Ok((bytes, report))
}

/// What decisions on a left-out call miss and get wrong.
fn misses(call: &CallExamples, judged: &Judged, decisions: &[(f32, f32); KINDS]) -> Vec<Miss> {
    let mut misses = Vec::new();
    for (position, kind) in SignalKind::ALL.into_iter().enumerate() {
        let labels = &judged.labels[position];
        let kept = judged.kept(position, decisions[position]);
        let mut tell = |what, at: usize| {
            misses.push(Miss {
                file: call.file.clone(),
                what,
                kind: kind.as_str(),
                score: Some(f64::from(judged.likely[at][position])),
                quote: call.sentences[at].clone(),
            });
        };
        for label in labels.iter().filter(|label| !label.iter().any(|at| kept.contains(at))) {
            label.first().into_iter().for_each(|at| tell("missed", *at));
        }
        for at in kept.iter().filter(|at| !labels.iter().any(|label| label.contains(at))) {
            tell("wrong", *at);
        }
    }
    misses
}

fn of_call(call: &corpus::Call) -> CallExamples {
    let all = [TurnRange { start: 0, end: call.document.turns.len() }];
    let candidates = candidates(&call.document, &all);
    let labels: Vec<Vec<Vec<usize>>> = SignalKind::ALL
        .iter()
        .map(|kind| {
            let own = call.labels.iter().filter(|label| label.kind == *kind);
            own.map(|label| {
                let said = |at: &usize| {
                    label.places.iter().any(|place| crate::score::overlap(place, &candidates[*at].sentence))
                };
                (0..candidates.len()).filter(said).collect()
            })
            .collect()
        })
        .collect();
    let examples = candidates
        .iter()
        .enumerate()
        .map(|(at, candidate)| {
            let mut kinds = [false; KINDS];
            for (holds, labels) in kinds.iter_mut().zip(&labels) {
                *holds = labels.iter().any(|label| label.contains(&at));
            }
            Example {
                features: candidate.features.clone(),
                rules_from: candidate.rules_from,
                kinds,
                weight: 1.0,
            }
        })
        .collect();
    let turns = candidates.iter().map(|candidate| candidate.turn).collect();
    let sentences = candidates.iter().map(|at| call.document.text[at.sentence.clone()].to_owned()).collect();
    CallExamples {
        file: call.file.clone(),
        sentences,
        examples,
        judged: Judged { turns, labels, likely: Vec::new() },
    }
}

/// The model in its file's form: weights in steps of a 127th of the largest of their kind, and none that are all zero.
fn pack(model: &Model, decisions: &[(f32, f32); KINDS], prefilter: f32) -> (Vec<u8>, usize) {
    let mut outputs = [Output::default(); KINDS];
    for (kind, output) in outputs.iter_mut().enumerate() {
        let largest = model.weights.values().map(|row| row[kind].abs()).fold(0.0, f32::max);
        let (threshold, step) = decisions[kind];
        *output = Output { bias: model.bias[kind], scale: (largest / 127.0).max(1e-9), threshold, step };
    }
    let rows: Vec<(u32, [i8; KINDS])> = model
        .weights
        .iter()
        .map(|(hash, row)| {
            let mut steps = [0; KINDS];
            for ((step, weight), output) in steps.iter_mut().zip(row).zip(&outputs) {
                *step = (weight / output.scale).round() as i8;
            }
            (*hash, steps)
        })
        .filter(|(_, steps)| steps.iter().any(|step| *step != 0))
        .collect();
    (Weights::write(&outputs, prefilter, &rows), rows.len())
}
