//! Fused rankings: their order, their scores, and whom they believe.

use embedded::vectors::fusion::fuse;
use proptest::prelude::*;

const QUESTION: &str = "who has to approve the purchase";

fn ids(fused: &[(u32, f32)]) -> Vec<u32> {
    fused.iter().map(|(id, _)| *id).collect()
}

/// A list in this order whose scores hardly differ.
fn level(ids: &[u32]) -> Vec<(u32, f32)> {
    ids.iter().enumerate().map(|(place, &id)| (id, 8.0 - place as f32 / 100.0)).collect()
}

#[test]
fn what_leads_both_lists_scores_one() {
    let fused = fuse(&level(&[7, 8, 9]), &level(&[7, 9, 8]), QUESTION, 10);
    assert_eq!(ids(&fused)[0], 7);
    assert!((fused[0].1 - 1.0).abs() < 1e-6);
    assert!(fused[1..].iter().all(|(_, score)| (0.9..1.0).contains(score)), "{fused:?}");
}

#[test]
fn an_empty_list_leaves_the_other_as_it_was() {
    for query in ["", "word", QUESTION] {
        let alone = fuse(&[], &level(&[3, 1, 2]), query, 10);
        assert_eq!(ids(&alone), [3, 1, 2]);
        assert_eq!(alone[0].1, 1.0);
        assert_eq!(fuse(&level(&[3, 1, 2]), &[], query, 10), alone);
    }
    assert_eq!(fuse::<u32>(&[], &[], QUESTION, 10), []);
}

#[test]
fn both_lists_together_beat_a_better_place_in_one() {
    let fused = fuse(&level(&[1, 2]), &level(&[3, 2]), QUESTION, 10);
    assert_eq!(ids(&fused), [2, 3, 1]);
}

#[test]
fn a_question_follows_meaning_unless_words_single_one_out() {
    let semantic = level(&[1, 2, 3]);
    // No passage leads by its words: the semantic list decides.
    assert_eq!(ids(&fuse(&[(9, 4.1), (8, 4.0)], &semantic, QUESTION, 1)), [1]);
    // One does, in either sign of BM25: only it has the query's rare word.
    assert_eq!(ids(&fuse(&[(9, 8.0), (8, 1.0)], &semantic, QUESTION, 1)), [9]);
    assert_eq!(ids(&fuse(&[(9, -8.0), (8, -1.0)], &semantic, QUESTION, 1)), [9]);
    // As does the only match there is.
    assert_eq!(ids(&fuse(&[(9, 0.5)], &semantic, QUESTION, 1)), [9]);
}

#[test]
fn keywords_and_paragraphs_trust_words_more_than_a_question_does() {
    let share = |query: &str| {
        let fused = fuse(&level(&[9, 8]), &level(&[1, 2]), query, 10);
        fused.into_iter().find(|(id, _)| *id == 9).map_or(0.0, |(_, score)| score)
    };
    assert!(share("pricing") > share(QUESTION));
    assert!(share(&"a long paragraph ".repeat(5)) > share(QUESTION));
    assert!(share("three word phrase") == share(QUESTION));
}

#[test]
fn a_repeated_id_counts_once_at_its_better_place() {
    let fused = fuse(&[(5, 1.0), (4, 1.0), (5, 1.0)], &[], "x", 10);
    assert_eq!(fused, [(5, 1.0), (4, 61.0 / 62.0)]);
    // Nor does it stand in for the second match that the first would have to lead.
    let once = fuse(&[(5, 8.0), (4, 7.9)], &level(&[1]), QUESTION, 10);
    let twice = fuse(&[(5, 8.0), (5, 1.0), (4, 7.9)], &level(&[1]), QUESTION, 10);
    assert_eq!(ids(&once), ids(&twice));
}

#[test]
fn scores_without_sense_do_no_harm() {
    for (first, second) in
        [(f32::NAN, 1.0), (0.0, 0.0), (1.0, f32::INFINITY), (f32::INFINITY, 1.0), (1.0, 2.0)]
    {
        let fused = fuse(&[(9, first), (8, second)], &level(&[1]), QUESTION, 10);
        assert_eq!(fused.len(), 3);
        assert!(fused.iter().all(|(_, score)| (0.0..=1.0).contains(score)), "{first} {second}: {fused:?}");
    }
}

proptest! {
    #[test]
    fn scores_stay_in_range_and_order(
        lexical in proptest::collection::vec((0_u32..30, any::<f32>()), 0..40),
        semantic in proptest::collection::vec((0_u32..30, any::<f32>()), 0..40),
        query in "[a-z ]{0,60}",
        limit in 0_usize..50,
    ) {
        let fused = fuse(&lexical, &semantic, &query, limit);
        let mut all: Vec<u32> = lexical.iter().chain(&semantic).map(|(id, _)| *id).collect();
        all.sort_unstable();
        all.dedup();
        prop_assert_eq!(fused.len(), all.len().min(limit));
        prop_assert!(fused.iter().all(|(_, score)| (0.0..=1.0).contains(score)));
        prop_assert!(fused.is_sorted_by(|a, b| a.1 > b.1 || (a.1 == b.1 && a.0 < b.0)));
        prop_assert_eq!(&fuse(&lexical, &semantic, &query, usize::MAX)[..fused.len()], &fused[..]);
    }
}
