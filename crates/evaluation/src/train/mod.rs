//! Trains the second stage of extraction: from the development calls, the written dialogues and the example sentences,
//! with a fixed seed, so that the same inputs give the same bytes.

mod examples;
mod fit;
mod sources;
mod thresholds;

use std::collections::BTreeMap;

use anyhow::Result;
use domain::SignalKind;
use embedded::extraction::{Cut, Output, Weights};
use serde::Serialize;

use crate::corpus::{self, Group};
use crate::score::Miss;
pub use examples::Example;
use fit::{KINDS, Model};
use sources::Source;
use thresholds::Judged;

/// Folds of the cross-validation by which thresholds are set and what is to be expected is told.
const FOLDS: usize = 6;

/// What training says of itself.
#[derive(Debug, Serialize)]
pub struct TrainReport {
    /// Sentences learned from: of calls, of dialogues, and of the examples.
    pub sentences: [usize; 3],
    /// Features that have a weight.
    pub features: usize,
    /// The size of the weights in bytes.
    pub bytes: usize,
    /// What calls that were left out of training reached, by micro-averaged F1. The rules and the examples were written
    /// with them in view.
    pub left_out_f1: f64,
    /// The same of dialogues, with which nothing was written: each marked sentence counts as a fact.
    pub left_out_dialogues_f1: f64,
    /// Of calls, a kind: labels, found, wrong.
    pub left_out: BTreeMap<&'static str, [usize; 3]>,
    /// Of dialogues, a kind: labels, found, wrong.
    pub left_out_dialogues: BTreeMap<&'static str, [usize; 3]>,
    /// The prefilter's probabilities for a turn and a call, and in left-out calls and in left-out dialogues: turns, turns
    /// sent, labels, labels lost.
    pub prefilter: ([f32; 2], [[usize; 4]; 2]),
    /// What was missed and what was wrong in left-out calls, with its probability.
    pub misses: Vec<Miss>,
}

/// Trains, and gives the bytes of the weights.
///
/// # Errors
/// When the development calls, the dialogues or the examples cannot be read.
pub fn train() -> Result<(Vec<u8>, TrainReport)> {
    let calls: Vec<Source> = corpus::read(Group::Development)?.iter().map(Source::of_call).collect();
    let dialogues: Vec<Source> = corpus::written()?.iter().map(Source::of_dialogue).collect();
    // A few sentences alone are only learned from: thresholds are for calls.
    let (long, short): (Vec<Source>, Vec<Source>) = dialogues.into_iter().partition(Source::is_call);
    let written: Vec<Example> =
        short.into_iter().flat_map(|source| source.examples).chain(examples::written()?).collect();
    let sources: Vec<&Source> = calls.iter().chain(&long).collect();
    let mut left_out: Vec<Judged> = sources.iter().map(|source| source.judged.clone()).collect();
    for fold in 0..FOLDS {
        let rest = sources.iter().enumerate().filter(|(at, _)| at % FOLDS != fold);
        let model = fit::fit(rest.flat_map(|(_, source)| &source.examples).chain(&written));
        for at in (fold..sources.len()).step_by(FOLDS) {
            let examples = sources[at].examples.iter();
            left_out[at].likely = examples.map(|example| model.probabilities(&example.features)).collect();
        }
    }
    let (of_calls, of_dialogues) = left_out.split_at(calls.len());
    let decisions = thresholds::choose(of_calls, of_dialogues);
    let cut = thresholds::prefilter(&left_out);
    let model = fit::fit(sources.iter().flat_map(|source| &source.examples).chain(&written));
    let (bytes, features) = pack(&model, &decisions, cut);
    let [calls_reached, dialogues_reached] =
        [of_calls, of_dialogues].map(|judged| thresholds::counts(judged, &decisions));
    let f1 = |counts: &[[usize; 3]]| {
        thresholds::f1(counts.iter().fold([0; 3], |sum, own| [0, 1, 2].map(|at| sum[at] + own[at])))
    };
    let named = |counts: Vec<[usize; 3]>| {
        SignalKind::ALL.iter().map(|kind| kind.as_str()).zip(counts).collect::<BTreeMap<_, _>>()
    };
    let count = |sources: &[Source]| sources.iter().map(|source| source.examples.len()).sum::<usize>();
    let told = calls.iter().zip(of_calls);
    let report = TrainReport {
        sentences: [count(&calls), count(&long), written.len()],
        features,
        bytes: bytes.len(),
        left_out_f1: f1(&calls_reached),
        left_out_dialogues_f1: f1(&dialogues_reached),
        prefilter: (
            [cut.turn, cut.call],
            [of_calls, of_dialogues].map(|judged| thresholds::sent_on(judged, cut)),
        ),
        misses: told.flat_map(|(call, judged)| misses(call, judged, &decisions)).collect(),
        left_out: named(calls_reached),
        left_out_dialogues: named(dialogues_reached),
    };
    Ok((bytes, report))
}

/// What decisions on a left-out call miss and get wrong.
fn misses(call: &Source, judged: &Judged, decisions: &[(f32, f32); KINDS]) -> Vec<Miss> {
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

/// The model in its file's form: weights in steps of a 127th of the largest of their kind, and none that are all zero.
fn pack(model: &Model, decisions: &[(f32, f32); KINDS], cut: Cut) -> (Vec<u8>, usize) {
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
    (Weights::write(&outputs, cut, &rows), rows.len())
}
