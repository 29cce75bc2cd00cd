//! The shipped model against its golden file, and what wrong files are told.

use std::borrow::Cow;

use embedded::embedding::{ModelError, StaticModel};
use proptest::prelude::*;
use serde::Deserialize;

const WEIGHTS: &[u8] = include_bytes!("../model/static-minilm.safetensors");
const VOCABULARY: &str = include_str!("../model/vocab.txt");

fn model() -> StaticModel {
    StaticModel::new(WEIGHTS, VOCABULARY).expect("sound input")
}

/// A text as `model/reference.py` sees it.
#[derive(Deserialize)]
struct Golden {
    text: String,
    ids: Vec<u32>,
    /// The vector's numbers times a million, rounded.
    millionths: Vec<i32>,
}

fn golden() -> Vec<Golden> {
    serde_json::from_str(include_str!("embedding_golden.json")).expect("sound input")
}

#[test]
fn token_ids_are_the_references() {
    let model = model();
    for case in golden() {
        assert_eq!(model.token_ids(&case.text), case.ids, "{:?}", case.text);
        assert_eq!(model.count_tokens(&case.text), case.ids.len(), "{:?}", case.text);
    }
}

#[test]
fn vectors_are_the_references_to_a_hundred_thousandth() {
    let model = model();
    let cases = golden();
    assert!(cases.len() >= 50, "the golden file is cut short");
    for case in cases {
        let vector = model.embed(&case.text);
        assert_eq!(vector.len(), case.millionths.len());
        for (at, (&found, &expected)) in vector.iter().zip(&case.millionths).enumerate() {
            let expected = f64::from(expected) / 1e6;
            assert!(
                (f64::from(found) - expected).abs() < 1e-5,
                "{:?} at {at}: {found}, {expected}",
                case.text
            );
        }
    }
}

/// The first eight numbers that the model was published with, so that a golden file made again from damaged weights
/// is noticed.
#[test]
fn published_vectors_hold() {
    let model = model();
    for (text, ids, numbers) in [
        (
            "Hello world",
            &[5695, 194][..],
            [0.359693, -0.077076, -0.141786, 0.073741, 0.034405, 0.023093, -0.083129, 0.053542],
        ),
        (
            "The invoice was paid late; please send a reminder.",
            &[102, 105, 4871, 4714, 107, 1930, 503, 26, 1636, 2709, 38, 12827, 13],
            [0.253095, -0.063990, 0.071963, 0.094772, -0.240614, -0.029738, -0.084747, 0.055532],
        ),
        (
            "Café Zürich: naïve résumés, 3.14% off!",
            &[5771, 8305, 25, 13660, 11842, 121, 11, 18, 13, 509, 4, 231, 0],
            [0.148650, 0.053706, -0.066955, 0.160103, -0.052940, -0.009116, -0.109226, 0.171758],
        ),
        (
            "How do I reset my password?",
            &[235, 185, 46, 18005, 132, 16584, 30],
            [0.062542, -0.053852, 0.009735, 0.035849, -0.328518, -0.026789, -0.204596, -0.018508],
        ),
        (
            "東京 unbelievably-tokenizable WebAssembly 🙂 worker",
            &[3000, 6772, 772, 1672, 4426, 12, 15857, 16804, 1573, 2878, 18473, 12959, 241, 5412],
            [0.507818, -0.165139, 0.014491, 0.245755, -0.046635, 0.051468, 0.011630, -0.056782],
        ),
        (
            "Who approves purchases above fifty thousand dollars?",
            &[146, 12383, 121, 14854, 788, 3700, 2700, 4467, 30],
            [0.276049, -0.184066, -0.044776, 0.099596, -0.181134, -0.103934, -0.040454, 0.343017],
        ),
        (
            "Our CFO signs anything over 50k.",
            &[362, 11031, 186, 3856, 611, 164, 859, 349, 13],
            [0.244219, -0.070214, 0.038805, 0.044560, -0.010947, 0.086148, -0.148056, 0.165682],
        ),
        (
            "naïve café — 12,500€ by Q1!",
            &[13660, 5771, 91, 366, 11, 1262, 18996, 117, 54, 593, 0],
            [0.102974, 0.091419, -0.101579, 0.125365, -0.051948, -0.072427, -0.086246, 0.160114],
        ),
        (
            "competitor pricing came in lower",
            &[10789, 16619, 340, 105, 1002],
            [0.036968, -0.087066, 0.065741, 0.023770, -0.065115, -0.112436, -0.013094, 0.179855],
        ),
        (
            "zzzxq",
            &[63, 11309, 701, 2265],
            [0.158763, 0.135946, -0.017138, -0.002418, -0.005532, -0.068335, -0.219599, -0.035385],
        ),
    ] {
        assert_eq!(model.token_ids(text), ids, "{text}");
        let vector = model.embed(text);
        for (found, expected) in vector.iter().zip(numbers) {
            assert!((found - expected).abs() < 1e-5_f32, "{text}: {found}, {expected}");
        }
    }
}

#[test]
fn meaning_brings_texts_together() {
    let model = model();
    let cosine =
        |a: &str, b: &str| -> f32 { model.embed(a).iter().zip(model.embed(b)).map(|(x, y)| x * y).sum() };
    let question = "Who approves purchases above fifty thousand dollars?";
    let answer = cosine(question, "Our CFO signs anything over 50k.");
    let other = cosine(question, "The garden needs water twice a week in summer.");
    assert!(answer > other + 0.2, "{answer}, {other}");
}

#[test]
fn owned_and_borrowed_buffers_give_the_same_model() {
    let owned = StaticModel::new(WEIGHTS.to_vec(), VOCABULARY.to_owned()).unwrap();
    assert_eq!(owned.dimensions(), 192);
    assert_eq!(owned.embed("Hello world"), model().embed("Hello world"));
}

#[test]
fn a_text_is_its_runs_of_words() {
    // What the chunking counts on: a cut at white space changes no token.
    let (model, text) = (model(), "The price, ΟΔΥΣΣΕΥΣ said,\u{85}was\u{1c}naïve — 東京 ok");
    let parts = text.split(|c: char| c.is_whitespace() || c == '\u{1c}');
    let ids: Vec<u32> = parts.flat_map(|part| model.token_ids(part)).collect();
    assert_eq!(model.token_ids(text), ids);
}

/// A file of two rows of two numbers, with its header changed by `edit` and its data cut to `data` bytes.
fn small_file(edit: impl FnOnce(String) -> String, data: usize) -> Vec<u8> {
    let header = r#"{"__metadata__":{"a":"b"},"scales":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"embeddings":{"dtype":"I8","shape":[2,2],"data_offsets":[8,12]}}"#;
    let header = edit(header.to_owned());
    let mut file = (header.len() as u64).to_le_bytes().to_vec();
    file.extend_from_slice(header.as_bytes());
    let mut rows = [0.5_f32.to_le_bytes(), 0.25_f32.to_le_bytes()].concat();
    rows.extend_from_slice(&[6, 0, 0, (-3_i8).cast_unsigned()]);
    file.extend_from_slice(&rows[..data]);
    file
}

fn refusal(weights: impl Into<Cow<'static, [u8]>>, vocabulary: &'static str) -> ModelError {
    StaticModel::new(weights, vocabulary).expect_err("it was accepted")
}

#[test]
fn a_small_file_embeds() {
    let model = StaticModel::new(small_file(|header| header, 12), "a\nb\n").unwrap();
    assert_eq!(model.dimensions(), 2);
    assert_eq!(model.embed("a"), [1.0, 0.0]);
    assert_eq!(model.embed("B"), [0.0, -1.0]);
    let (x, y) = (3.0_f32, -0.75_f32);
    let norm = (x * x + y * y).sqrt();
    assert_eq!(model.embed("a b"), [x / norm, y / norm]);
    assert_eq!(model.embed("c"), [0.0, 0.0]);
}

#[test]
fn wrong_files_are_refused_with_the_reason() {
    let with = |from: &'static str, to: &'static str| {
        refusal(small_file(move |header| header.replace(from, to), 12), "a\nb\n")
    };
    assert!(matches!(refusal(&[][..], "a\n"), ModelError::Truncated { needed: 8, found: 0 }));
    assert!(matches!(refusal(vec![255; 64], "a\n"), ModelError::Truncated { needed: u64::MAX, found: 64 }));
    assert!(matches!(refusal(small_file(|header| header, 11), "a\nb\n"), ModelError::Truncated { .. }));
    assert!(matches!(refusal(small_file(|_| "{}".into(), 12), "a\nb\n"), ModelError::Header(_)));
    assert!(matches!(with("I8", "F32"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(with("[2,2]", "[2,3]"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(with("[2,2]", "[4]"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(with("[2,2]", "[0,2]"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(with("[2,2]", "[2,5000]"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(with("[8,12]", "[12,8]"), ModelError::Tensor { tensor: "embeddings", .. }));
    assert!(matches!(
        with("[8,12]", "[18446744073709551611,18446744073709551615]"),
        ModelError::Truncated { .. }
    ));
    assert!(matches!(with("[2],", "[3],"), ModelError::Tensor { tensor: "scales", .. }));
    assert!(matches!(with("__metadata__", "weights"), ModelError::Tensor { tensor: "weights", .. }));
    let mut file = small_file(|header| header, 12);
    let scale = file.len() - 12;
    file[scale..scale + 4].copy_from_slice(&f32::NAN.to_le_bytes());
    assert!(matches!(refusal(file, "a\nb\n"), ModelError::Scale { row: 0 }));
    assert!(matches!(refusal(WEIGHTS, "a\nb\n"), ModelError::VocabularyLength { tokens: 2, rows: 19_000 }));
    assert!(matches!(
        refusal(small_file(|header| header, 12), "a\na\n"),
        ModelError::VocabularyLine { line: 2 }
    ));
}

proptest! {
    #[test]
    fn any_text_gives_a_unit_vector_or_zeros(text in any::<String>()) {
        thread_local!(static MODEL: StaticModel = model());
        let (vector, tokens) = MODEL.with(|model| (model.embed(&text), model.count_tokens(&text)));
        let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        if tokens == 0 { prop_assert_eq!(norm, 0.0) } else { prop_assert!((norm - 1.0).abs() < 1e-5) }
    }

    #[test]
    fn no_file_panics(mut bytes in proptest::collection::vec(any::<u8>(), 0..200), header: bool) {
        if header {
            let length = (bytes.len() as u64 / 2).to_le_bytes();
            bytes.splice(0..0, length);
        }
        prop_assert!(StaticModel::new(bytes, "a\n").is_err());
    }
}
