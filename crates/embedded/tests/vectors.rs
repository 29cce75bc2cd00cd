//! Quantized rows against exact arithmetic, and the order of what a search finds.

use embedded::{
    embedding::StaticModel,
    vectors::{
        Hit, MAX_DIMENSIONS, QuantizedQuery, Ranking, RowError, VectorError, decode_row, encode_row, score,
        top_k,
    },
};
use proptest::prelude::*;

const VOCABULARY: &str = include_str!("../model/vocab.txt");

fn model() -> StaticModel {
    StaticModel::new(include_bytes!("../model/static-minilm.safetensors").as_slice(), VOCABULARY)
        .expect("sound input")
}

/// Numbers from -1 to 1 that are the same on every run (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    /// A unit vector. Sums of four give numbers near to normally distributed, as directions drawn evenly have.
    fn unit(&mut self, dimensions: usize) -> Vec<f32> {
        let vector = (0..dimensions).map(|_| (0..4).map(|_| self.next()).sum()).collect();
        normalized(vector)
    }
}

fn normalized(vector: Vec<f32>) -> Vec<f32> {
    let norm = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
    vector.into_iter().map(|x| x / norm).collect()
}

/// The cosine of two unit vectors, exactly but for `f32` sums.
fn cosine(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// How many of the exact best ten the quantized search finds, over all queries, and the worst error of a score.
fn recall_at_ten(rows: &[Vec<f32>], queries: &[Vec<f32>]) -> (f64, f32) {
    let encoded: Vec<Vec<u8>> = rows.iter().map(|row| encode_row(row).expect("sound input")).collect();
    let (mut found, mut worst) = (0, 0.0_f32);
    for query in queries {
        let mut exact: Vec<(usize, f32)> =
            rows.iter().enumerate().map(|(id, row)| (id, cosine(query, row))).collect();
        let quantized = QuantizedQuery::new(query).expect("sound input");
        for (&(_, exact), row) in exact.iter().zip(&encoded) {
            worst = worst.max((exact - score(&quantized, row).expect("sound input")).abs());
        }
        exact.sort_by(|a, b| b.1.total_cmp(&a.1));
        let ranking = top_k(encoded.iter().enumerate(), &quantized, 10, -1.0);
        assert_eq!(ranking.hits.len(), 10);
        found += exact[..10].iter().filter(|(id, _)| ranking.hits.iter().any(|hit| hit.id == *id)).count();
    }
    (found as f64 / (10 * queries.len()) as f64, worst)
}

#[test]
fn random_vectors_are_found_as_exactly() {
    let mut numbers = Numbers(7);
    for (dimensions, rows, queries) in [(192, 2_000, 50), (64, 500, 40), (193, 500, 40), (384, 500, 40)] {
        let rows: Vec<_> = (0..rows).map(|_| numbers.unit(dimensions)).collect();
        let queries: Vec<_> = (0..queries).map(|_| numbers.unit(dimensions)).collect();
        let (recall, worst) = recall_at_ten(&rows, &queries);
        assert!(recall >= 0.99, "{dimensions}: recall {recall}");
        assert!(worst < 0.004, "{dimensions}: error {worst}");
    }
}

#[test]
fn the_models_vectors_are_found_as_exactly() {
    let (model, mut numbers) = (model(), Numbers(11));
    let vocabulary: Vec<&str> =
        VOCABULARY.lines().filter(|word| word.len() > 2 && !word.starts_with('#')).collect();
    let mut text = |words: usize| {
        let mut word = || vocabulary[((numbers.next() + 1.0) / 2.0 * vocabulary.len() as f32) as usize];
        model.embed(&(0..words).map(|_| word()).collect::<Vec<_>>().join(" "))
    };
    let rows: Vec<_> = (0..2_000).map(|at| text(4 + at % 37)).collect();
    let queries: Vec<_> = (0..50).map(|at| text(2 + at % 7)).collect();
    let (recall, worst) = recall_at_ten(&rows, &queries);
    assert!(recall >= 0.99, "recall {recall}");
    assert!(worst < 0.003, "error {worst}");
}

/// Texts that differ in a word or two have scores closer to each other than an int8 row can tell; what is missed is
/// as good as what is found in its place.
#[test]
fn near_duplicates_are_found_within_the_error() {
    let model = model();
    let who = ["the buyer", "our CFO", "a competitor", "the support team", "their lawyer", "procurement"];
    let did =
        ["asked for", "rejected", "signed", "postponed", "praised", "was confused by", "complained about"];
    let what =
        ["the annual contract", "a bigger discount", "the security review", "our dashboard", "slow exports"];
    let mut rows = Vec::new();
    for (who, did) in who.iter().flat_map(|who| did.iter().map(move |did| (who, did))) {
        rows.extend(what.iter().map(|what| model.embed(&format!("{who} {did} {what} last week"))));
    }
    let encoded: Vec<_> = rows.iter().map(|row| encode_row(row).unwrap()).collect();
    for query in what.map(|what| model.embed(&format!("why did nobody want {what}?"))) {
        let mut exact: Vec<f32> = rows.iter().map(|row| cosine(&query, row)).collect();
        let found = top_k(encoded.iter().enumerate(), &QuantizedQuery::new(&query).unwrap(), 10, -1.0);
        let worst = found.hits.iter().map(|hit| exact[hit.id]).fold(1.0, f32::min);
        exact.sort_by(|a, b| b.total_cmp(a));
        assert!(worst > exact[9] - 0.003, "{worst}, {}", exact[9]);
    }
}

#[test]
fn a_row_is_its_scale_and_its_bytes() {
    let row = encode_row(&[3.0, -4.0, 0.0]).unwrap();
    assert_eq!(row[..4], (0.8_f32 / 127.0 / 255.0).to_le_bytes());
    assert_eq!(row[4..8], [255, 95, (-127_i8).cast_unsigned(), 0]);
    assert_eq!(row[8..], [0; 13]);
    // A second block of small numbers has a small step of its own: a quarter here.
    let row = encode_row(&[&[1.0; 16][..], &[0.25, -0.125]].concat()).unwrap();
    assert_eq!((&row[4..6], &row[22..24]), (&[255, 64][..], &[127, (-63_i8).cast_unsigned()][..]));
    let back = decode_row(&encode_row(&[3.0, -4.0, 0.0]).unwrap(), 3).unwrap();
    assert!(
        back.iter().zip([0.6, -0.8, 0.0]).all(|(found, exact)| (found - exact).abs() < 0.004_f32),
        "{back:?}"
    );
}

#[test]
fn length_does_not_matter_and_zeros_score_nothing() {
    let query = QuantizedQuery::new(&[1.0, 0.0]).unwrap();
    for row in [[1e-30, 1e-30], [1.0, 1.0], [3e38, 3e38], [f32::MIN_POSITIVE / 4.0; 2]] {
        let score = score(&query, &encode_row(&row).unwrap()).unwrap();
        assert!((score - 0.5_f32.sqrt()).abs() < 0.005, "{row:?}: {score}");
    }
    assert_eq!(score(&query, &encode_row(&[0.0, -0.0]).unwrap()), Ok(0.0));
    assert_eq!(score(&QuantizedQuery::new(&[0.0; 2]).unwrap(), &encode_row(&[1.0, 1.0]).unwrap()), Ok(0.0));
}

#[test]
fn the_largest_vectors_do_not_overflow() {
    let ones = vec![1.0; MAX_DIMENSIONS];
    let negative: Vec<f32> = ones.iter().map(|x| -x).collect();
    let query = QuantizedQuery::new(&ones).unwrap();
    assert!((score(&query, &encode_row(&ones).unwrap()).unwrap() - 1.0).abs() < 1e-3);
    assert!((score(&query, &encode_row(&negative).unwrap()).unwrap() + 1.0).abs() < 1e-3);
    // -128 is no byte that encoding makes, and the largest product there is.
    let mut lowest = encode_row(&ones).unwrap();
    lowest[4 + MAX_DIMENSIONS / 16..].fill(0x80);
    assert!(score(&query, &lowest).unwrap() < -1.0);
}

#[test]
fn vectors_that_cannot_be_rows_are_refused() {
    assert_eq!(encode_row(&[]), Err(VectorError::Dimensions { found: 0 }));
    assert_eq!(encode_row(&vec![0.5; 4_097]), Err(VectorError::Dimensions { found: 4_097 }));
    for number in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        assert_eq!(encode_row(&[0.0, number]), Err(VectorError::NotFinite { index: 1 }));
        assert_eq!(QuantizedQuery::new(&[number]).unwrap_err(), VectorError::NotFinite { index: 0 });
    }
}

#[test]
fn malformed_rows_are_refused_and_passed_over() {
    let query = QuantizedQuery::new(&[1.0, 0.0]).unwrap();
    let good = encode_row(&[1.0, 0.0]).unwrap();
    assert_eq!(score(&query, &[]), Err(RowError::Length { expected: 21, found: 0 }));
    assert_eq!(score(&query, &good[..5]), Err(RowError::Length { expected: 21, found: 5 }));
    assert_eq!(decode_row(&good, 17), Err(RowError::Length { expected: 38, found: 21 }));
    for scale in [f32::NAN, f32::INFINITY, -0.001, 0.001] {
        let row = [&scale.to_le_bytes()[..], &good[4..]].concat();
        assert_eq!(score(&query, &row), Err(RowError::Scale), "{scale}");
    }
    let ranking = top_k([("a", &good[..]), ("b", &good[1..]), ("c", &[])], &query, 5, -1.0);
    assert_eq!((ranking.hits.len(), ranking.malformed), (1, 2));
}

/// Rows along the first of two axes, so that their scores are equal and known.
fn ranked(ids: &[u32], k: usize, min_score: f32) -> Ranking<u32> {
    let row = |id: u32| encode_row(&[1.0, (id / 10) as f32]).expect("sound input");
    let query = QuantizedQuery::new(&[1.0, 0.0]).expect("sound input");
    top_k(ids.iter().map(|&id| (id, row(id))), &query, k, min_score)
}

fn ids(ranking: &Ranking<u32>) -> Vec<u32> {
    ranking.hits.iter().map(|hit| hit.id).collect()
}

#[test]
fn equal_scores_rank_by_id_whatever_their_order() {
    for order in [[3, 14, 1, 2, 12, 25], [25, 12, 2, 1, 14, 3], [1, 2, 3, 12, 14, 25]] {
        assert_eq!(ids(&ranked(&order, 10, -1.0)), [1, 2, 3, 12, 14, 25]);
        assert_eq!(ids(&ranked(&order, 4, -1.0)), [1, 2, 3, 12]);
        assert_eq!(ids(&ranked(&order, 2, -1.0)), [1, 2]);
    }
}

#[test]
fn few_rows_none_and_a_minimum() {
    assert_eq!(ids(&ranked(&[5, 15], usize::MAX, -1.0)), [5, 15]);
    assert_eq!(ids(&ranked(&[5, 15], 0, -1.0)), [0_u32; 0]);
    assert_eq!(ids(&ranked(&[], 3, -1.0)), [0_u32; 0]);
    let best = ranked(&[5, 15, 25], 3, 0.5);
    assert_eq!(ids(&best), [5, 15]);
    assert!(matches!(best.hits[..], [Hit { score, .. }, _] if (score - 1.0).abs() < 1e-3));
}

proptest! {
    #[test]
    fn scores_are_near_the_exact_cosine(seed: u64, dimensions in 1_usize..300, length in 1e-20_f32..1e20) {
        let mut numbers = Numbers(seed);
        let (row, query) = (numbers.unit(dimensions), numbers.unit(dimensions));
        let stretched: Vec<f32> = row.iter().map(|x| x * length).collect();
        let found = score(&QuantizedQuery::new(&query).unwrap(), &encode_row(&stretched).unwrap()).unwrap();
        // The rounding error of a row is half a step a number at most, and a step the largest number's 127th part.
        let bound = row.iter().fold(0.0_f32, |largest, x| largest.max(x.abs())) / 254.0
            * query.iter().map(|x| x.abs()).sum::<f32>() + 0.001;
        prop_assert!((found - cosine(&row, &query)).abs() <= bound, "{} {}", found, cosine(&row, &query));
    }

    #[test]
    fn no_blob_panics(
        blobs in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 16..22), 0..20),
        small_scale: bool,
        k in 0_usize..5,
    ) {
        let query = QuantizedQuery::new(&[0.3, -0.4, 0.5, 0.1]).unwrap();
        let blobs: Vec<Vec<u8>> = blobs
            .into_iter()
            .map(|blob| if small_scale { [&1e-5_f32.to_le_bytes()[..], &blob].concat() } else { blob })
            .collect();
        let readable = blobs.iter().filter(|blob| score(&query, blob).is_ok()).count();
        let ranking = top_k(blobs.iter().enumerate(), &query, k, -1e9);
        prop_assert_eq!(ranking.malformed, blobs.len() - readable);
        prop_assert_eq!(ranking.hits.len(), readable.min(k));
        prop_assert!(ranking.hits.is_sorted_by(|a, b| a.score >= b.score));
    }
}
