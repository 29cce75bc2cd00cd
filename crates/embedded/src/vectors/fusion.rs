//! One ranking of two: what full-text search found by words, and what vector search found by meaning.
//!
//! The scores of the two cannot be added, since BM25 has no scale and a cosine's depends on the model. So their ranks
//! are fused (reciprocal rank fusion), each list with a weight. Equal weights serve neither kind of query well: a
//! paraphrase shares few words with its passage, while a name, a product or a remembered phrase is found by words
//! alone. What tells them apart is how far the best match by words leads the second: far for a rare word, hardly for
//! a question of common ones. `model/README.md` has the figures behind the numbers here.

use std::collections::BTreeMap;

/// What a rank is damped by; the usual number. The first place of a list counts 61/62 as much again as the second.
const DAMPING: f32 = 60.0;

/// The weight of words when no match leads and the query is a phrase or a question.
const WORDS_AT_LEAST: f32 = 0.3;

/// The same for one or two words, which are looked for as such, and for long queries, whose words say much already.
const WORDS_AT_LEAST_AT_THE_ENDS: f32 = 0.4;

/// The weight of words when the best match by words has all the lead that counts.
const WORDS_AT_MOST: f32 = 0.95;

/// The lead from which more of it makes no difference: the second match has half the score of the first.
const FULL_LEAD: f32 = 0.5;

/// Query lengths, in words, that are neither a mere keyword nor a paragraph.
const PHRASE: std::ops::RangeInclusive<usize> = 3..=12;

/// Merges two rankings of the same things, each best first, into the best `limit`.
///
/// `lexical` holds BM25 scores of either sign (SQLite's are negative) or any others whose ratio has a meaning;
/// `semantic` holds cosines. Only order counts for both, and for `lexical` also how far its first leads its second. Of an
/// id that a list names twice, the better place counts.
///
/// The scores of the result are from 0 to 1: 1 for what leads both lists, or the only one that has entries. They rank
/// the answers to one query and mean nothing across queries. Of equal ones the smaller id comes first.
pub fn fuse<Id: Ord + Clone>(
    lexical: &[(Id, f32)],
    semantic: &[(Id, f32)],
    query: &str,
    limit: usize,
) -> Vec<(Id, f32)> {
    let words = words_weight(lexical, semantic, query);
    let mut scores: BTreeMap<&Id, f32> = BTreeMap::new();
    for (list, weight) in [(lexical, words), (semantic, 1.0 - words)] {
        for (id, share) in shares(list) {
            *scores.entry(id).or_default() += weight * share;
        }
    }
    let mut fused: Vec<(Id, f32)> =
        scores.into_iter().map(|(id, score)| (id.clone(), score.min(1.0))).collect();
    // Stable, so equal scores keep the order of their ids.
    fused.sort_by(|a, b| b.1.total_cmp(&a.1));
    fused.truncate(limit);
    fused
}

/// What each id of a list earns by its best place: 1 for the first.
fn shares<Id: Ord>(list: &[(Id, f32)]) -> BTreeMap<&Id, f32> {
    let mut shares = BTreeMap::new();
    for (place, (id, _)) in list.iter().enumerate() {
        shares.entry(id).or_insert((DAMPING + 1.0) / (DAMPING + 1.0 + place as f32));
    }
    shares
}

/// The weight of the lexical list, from 0 to 1; the semantic one has the rest.
fn words_weight<Id: PartialEq>(lexical: &[(Id, f32)], semantic: &[(Id, f32)], query: &str) -> f32 {
    if lexical.is_empty() || semantic.is_empty() {
        return if semantic.is_empty() { 1.0 } else { 0.0 };
    }
    let least = if PHRASE.contains(&query.split_whitespace().count()) {
        WORDS_AT_LEAST
    } else {
        WORDS_AT_LEAST_AT_THE_ENDS
    };
    least + (WORDS_AT_MOST - least) * (lead(lexical) / FULL_LEAD).min(1.0)
}

/// How far the first of a lexical list is ahead of the next other id, as a part of its own score; all of it when there
/// is no other.
fn lead<Id: PartialEq>(lexical: &[(Id, f32)]) -> f32 {
    let Some((best, first)) = lexical.first() else { return 0.0 };
    let Some((_, second)) = lexical.iter().find(|(id, _)| id != best) else { return 1.0 };
    let lead = 1.0 - second.abs() / first.abs();
    if lead.is_finite() { lead.clamp(0.0, 1.0) } else { 0.0 }
}
