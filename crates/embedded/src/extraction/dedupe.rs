//! One fact, one finding: near-duplicates across turns keep the stronger.

use std::collections::{BTreeMap, BTreeSet};

use domain::{Finding, SignalKind};

/// The share of words in common from which two quotes say the same.
const SAME: f64 = 0.6;
/// How many kept findings of a kind a new one is compared with, besides exact repetition. A bound keeps the whole
/// linear.
const LOOK_BACK: usize = 64;

/// Findings without near-duplicates, in the order given. Of two that say the same the stronger stands, and of equals
/// the earlier.
pub(super) fn distinct(findings: Vec<Finding>) -> Vec<Finding> {
    let mut kept: Vec<Option<(Finding, BTreeSet<String>)>> = Vec::new();
    let mut exact: BTreeMap<(SignalKind, String), usize> = BTreeMap::new();
    let mut by_kind: BTreeMap<SignalKind, Vec<usize>> = BTreeMap::new();
    for finding in findings {
        let words = content(&finding.evidence.quote);
        let key = (finding.kind, words.iter().map(String::as_str).collect::<Vec<_>>().join(" "));
        let indexes = by_kind.entry(finding.kind).or_default();
        let same = exact.get(&key).copied().or_else(|| {
            let near = |index: &&usize| {
                kept[**index].as_ref().is_some_and(|(_, other)| overlap(&words, other) >= SAME)
            };
            indexes.iter().rev().take(LOOK_BACK).find(near).copied()
        });
        match same {
            Some(index) if kept[index].as_ref().is_some_and(|(other, _)| other.score >= finding.score) => {
                exact.insert(key, index);
            }
            same => {
                if let Some(index) = same {
                    kept[index] = None;
                    indexes.retain(|other| *other != index);
                    exact.retain(|_, other| *other != index);
                }
                exact.insert(key, kept.len());
                indexes.push(kept.len());
                kept.push(Some((finding, words)));
            }
        }
    }
    kept.into_iter().flatten().map(|(finding, _)| finding).collect()
}

/// The words of a quote that carry meaning.
fn content(quote: &str) -> BTreeSet<String> {
    quote
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| word.len() > 3 || word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_lowercase)
        .collect()
}

fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
    let common = a.intersection(b).count();
    let all = a.len() + b.len() - common;
    if all == 0 { 0.0 } else { common as f64 / all as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::Evidence;

    fn finding(kind: SignalKind, score: f64, quote: &str) -> Finding {
        let evidence = Evidence {
            quote: quote.to_owned(),
            start: 0,
            end: 1,
            turn: 0,
            speaker: String::new(),
            at_ms: None,
        };
        Finding { kind, score, evidence }
    }

    #[test]
    fn of_near_duplicates_of_a_kind_the_stronger_stands() {
        let weak = finding(SignalKind::Budget, 0.6, "We have 50k approved for this tool");
        let strong = finding(SignalKind::Budget, 0.9, "So we have 50k approved for this tool, yes");
        let other = finding(SignalKind::Pain, 0.6, "We have 50k approved for this tool");
        let unlike = finding(SignalKind::Budget, 0.6, "The board set a ceiling for the region");
        let given = vec![weak.clone(), other.clone(), strong.clone(), weak.clone(), unlike.clone()];
        assert_eq!(distinct(given), [other, strong, unlike]);
        assert_eq!(distinct(vec![weak.clone(), weak.clone()]), [weak]);
    }
}
