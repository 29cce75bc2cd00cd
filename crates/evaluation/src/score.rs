//! Judges findings against labels.
//!
//! A finding is right when its quote overlaps a place of a label of its kind. A label that is found twice is one true
//! positive and no false one. Every other finding is a false positive, a repetition elsewhere in the call included,
//! unless the label names that place.

use std::{collections::BTreeMap, ops::Range};

use domain::{Finding, ScalarIndex, SignalKind};
use serde::Serialize;

use crate::corpus::Call;

/// Counts of one kind, or of all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Labels.
    pub labeled: usize,
    /// Labels that a finding overlaps: true positives.
    pub found: usize,
    /// Findings that overlap no label of their kind: false positives.
    pub wrong: usize,
}

impl Tally {
    /// The share of what is claimed that is right. Nothing claimed is 1.
    #[must_use]
    pub fn precision(self) -> f64 {
        ratio(self.found, self.found + self.wrong)
    }

    /// The share of the labels that is found. No label is 1.
    #[must_use]
    pub fn recall(self) -> f64 {
        ratio(self.found, self.labeled)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(self) -> f64 {
        ratio(2 * self.found, self.found + self.wrong + self.labeled)
    }
}

impl std::ops::AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.labeled += other.labeled;
        self.found += other.found;
        self.wrong += other.wrong;
    }
}

pub(crate) fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

/// What was not as it should be. Of development calls only: held-out text is for nobody to see.
#[derive(Clone, Debug, Serialize)]
pub struct Miss {
    /// The call.
    pub file: String,
    /// `missed` or `wrong`.
    pub what: &'static str,
    /// The kind.
    pub kind: &'static str,
    /// A finding's score.
    pub score: Option<f64>,
    /// The label's fragment or the finding's quote.
    pub quote: String,
}

/// The tallies of one call, and what was missed or wrong in it.
///
/// # Panics
/// When a finding's evidence does not stand in the text: an extractor that does so is broken.
#[must_use]
pub fn judge(call: &Call, findings: &[Finding]) -> (BTreeMap<SignalKind, Tally>, Vec<Miss>) {
    let mut tallies: BTreeMap<SignalKind, Tally> = BTreeMap::new();
    let mut misses = Vec::new();
    let index = ScalarIndex::new(&call.document.text);
    let spans: Vec<Range<usize>> = findings.iter().map(|finding| span(&index, finding)).collect();
    for label in &call.labels {
        let tally = tallies.entry(label.kind).or_default();
        tally.labeled += 1;
        let said = |(finding, span): (&Finding, &Range<usize>)| {
            finding.kind == label.kind && label.places.iter().any(|place| overlap(place, span))
        };
        if findings.iter().zip(&spans).any(said) {
            tally.found += 1;
        } else {
            misses.push(Miss {
                file: call.file.clone(),
                what: "missed",
                kind: label.kind.as_str(),
                score: None,
                quote: label.quote.clone(),
            });
        }
    }
    for (finding, span) in findings.iter().zip(&spans) {
        let mut own = call.labels.iter().filter(|label| label.kind == finding.kind);
        if !own.any(|label| label.places.iter().any(|place| overlap(place, span))) {
            tallies.entry(finding.kind).or_default().wrong += 1;
            misses.push(Miss {
                file: call.file.clone(),
                what: "wrong",
                kind: finding.kind.as_str(),
                score: Some(finding.score),
                quote: finding.evidence.quote.clone(),
            });
        }
    }
    (tallies, misses)
}

/// The bytes that a finding quotes.
fn span(index: &ScalarIndex<'_>, finding: &Finding) -> Range<usize> {
    let evidence = &finding.evidence;
    index.verify(evidence).unwrap_or_else(|error| panic!("`{}`: {error}", evidence.quote));
    let byte = |scalar| index.to_byte(scalar).unwrap_or_default();
    byte(evidence.start)..byte(evidence.end)
}

/// Whether two ranges share a byte.
#[must_use]
pub fn overlap(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start < b.end && b.start < a.end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::corpus::Label;
    use domain::Evidence;

    const TEXT: &str = "We have 50k. Anna signs. So 50k it is. Nice weather.";

    fn call() -> Call {
        let payload = serde_json::json!({"title": "t", "turns": [{"speaker": "Cora", "text": TEXT}]});
        let document = transcript::normalize("standard", payload.to_string().as_bytes()).expect("a document");
        let place = |fragment: &str| {
            let start = document.text.find(fragment).expect("it is there");
            start..start + fragment.len()
        };
        let labels = vec![
            Label {
                kind: SignalKind::Budget,
                quote: "have 50k".into(),
                places: vec![place("have 50k"), place("50k it")],
            },
            Label { kind: SignalKind::DecisionMaker, quote: "Anna".into(), places: vec![place("Anna")] },
        ];
        Call { file: "call".into(), document, labels, questions: Vec::new() }
    }

    fn finding(kind: SignalKind, quote: &str) -> Finding {
        let start = TEXT.find(quote).expect("it is there");
        let evidence = Evidence {
            quote: quote.into(),
            start,
            end: start + quote.len(),
            turn: 0,
            speaker: "Cora".into(),
            at_ms: None,
        };
        Finding { kind, score: 0.9, evidence }
    }

    fn total(findings: &[Finding]) -> Tally {
        let mut total = Tally::default();
        judge(&call(), findings).0.into_values().for_each(|tally| total += tally);
        total
    }

    #[test]
    fn a_label_found_twice_counts_once_and_everything_else_counts_against() {
        let once = finding(SignalKind::Budget, "We have 50k.");
        let again = finding(SignalKind::Budget, "So 50k it is.");
        let kind = finding(SignalKind::Timeline, "We have 50k.");
        let nothing = finding(SignalKind::Pain, "Nice weather.");
        for (findings, found, wrong) in [
            (vec![], 0, 0),
            (vec![once.clone()], 1, 0),
            (vec![once.clone(), again.clone()], 1, 0),
            (vec![again], 1, 0),
            (vec![once, kind, nothing, finding(SignalKind::DecisionMaker, "Anna signs.")], 2, 2),
        ] {
            assert_eq!(total(&findings), Tally { labeled: 2, found, wrong }, "{findings:?}");
        }
    }

    #[test]
    fn the_measures_are_those_of_the_books() {
        let tally = Tally { labeled: 10, found: 6, wrong: 2 };
        assert!((tally.precision() - 0.75).abs() < 1e-9);
        assert!((tally.recall() - 0.6).abs() < 1e-9);
        assert!((tally.f1() - 2.0 * 0.75 * 0.6 / 1.35).abs() < 1e-9);
    }
}
