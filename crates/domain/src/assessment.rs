//! The *evaluate* step: what the findings of one call say together.
//!
//! The formula is fixed and small enough to do by hand, because people argue with scores:
//!
//! - The **strength** of a kind in a call is its best score, moved towards 1 by corroboration: with `n` findings of
//!   that kind, `best + (1 − best) · (1 − 1/n) / 2`. One finding counts as it is; many close at most half the gap.
//! - **Qualification** is the weighted coverage of what a sale needs: budget 0.25, decision maker 0.2, timeline 0.2,
//!   pain 0.2, next step 0.15, each times its strength. A kind that was not heard adds nothing.
//! - **Risk** is the chance that something stands in the way: `1 − Π (1 − weight · strength)` over churn risk (0.9),
//!   objection (0.5) and competitor (0.35). Each adds to the others and none can push it past 1.
//!
//! Both are rounded to three decimals, so that the same findings give the same figures in any order.

use crate::signal::{Finding, SignalKind};

/// What qualification is made of, and how much each is worth. The weights add up to 1.
const QUALIFYING: [(SignalKind, f64); 5] = [
    (SignalKind::Budget, 0.25),
    (SignalKind::DecisionMaker, 0.2),
    (SignalKind::Timeline, 0.2),
    (SignalKind::Pain, 0.2),
    (SignalKind::NextStep, 0.15),
];

/// What risk is made of, and how much of it one certain finding is.
const RISKY: [(SignalKind, f64); 3] =
    [(SignalKind::ChurnRisk, 0.9), (SignalKind::Objection, 0.5), (SignalKind::Competitor, 0.35)];

/// Risk from here on is called high.
const HIGH_RISK: f64 = 0.6;
/// Risk from here on is called moderate.
const MODERATE_RISK: f64 = 0.25;

/// How a call is judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Coverage of budget, decision maker, timeline, pain and next step, from 0 to 1.
    pub qualification: f64,
    /// What speaks against it: churn risk, objections, competitors, from 0 to 1.
    pub risk: f64,
    /// How often each kind was found, in the order of [`SignalKind::ALL`], without kinds that were not.
    pub counts: Vec<(SignalKind, usize)>,
    /// One sentence for a list or a notification.
    pub headline: String,
}

/// Judges a call by its findings. Pure, and independent of their order.
#[must_use]
pub fn assess(findings: &[Finding]) -> Assessment {
    let counts: Vec<_> = SignalKind::ALL
        .into_iter()
        .map(|kind| (kind, findings.iter().filter(|finding| finding.kind == kind).count()))
        .filter(|(_, count)| *count > 0)
        .collect();
    let qualification =
        round(QUALIFYING.iter().map(|(kind, weight)| weight * strength(findings, *kind)).sum());
    let clear: f64 = RISKY.iter().map(|(kind, weight)| 1.0 - weight * strength(findings, *kind)).product();
    let risk = round(1.0 - clear);
    let headline = headline(&counts, risk);
    Assessment { qualification, risk, counts, headline }
}

/// How strongly a kind was heard, from 0 (not at all) to 1.
fn strength(findings: &[Finding], kind: SignalKind) -> f64 {
    let mut best: f64 = 0.0;
    let mut heard: u32 = 0;
    for finding in findings.iter().filter(|finding| finding.kind == kind) {
        // A score that is no number says nothing; it must not poison the rest.
        let score = if finding.score.is_nan() { 0.0 } else { finding.score.clamp(0.0, 1.0) };
        best = best.max(score);
        heard += 1;
    }
    if heard == 0 { 0.0 } else { best + (1.0 - best) * (1.0 - 1.0 / f64::from(heard)) / 2.0 }
}

fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

fn headline(counts: &[(SignalKind, usize)], risk: f64) -> String {
    if counts.is_empty() {
        return "Nothing of interest was said".to_owned();
    }
    let heard = |kind: SignalKind| counts.iter().find(|(found, _)| *found == kind).map(|(_, count)| *count);
    let labels = |wanted: bool| -> Vec<&str> {
        let kinds = QUALIFYING.iter().filter(|(kind, _)| heard(*kind).is_some() == wanted);
        kinds.map(|(kind, _)| kind.label()).collect()
    };
    let mut sentences = Vec::new();
    match (labels(true).as_slice(), labels(false).as_slice()) {
        ([], _) => {}
        (known, []) => sentences.push(format!("Fully qualified: {} are known", list(known))),
        (known, missing) => sentences.push(format!("Known: {}; missing: {}", list(known), list(missing))),
    }
    let risks: Vec<String> =
        RISKY.iter().filter_map(|(kind, _)| Some(format!("{} ({})", kind.label(), heard(*kind)?))).collect();
    if !risks.is_empty() {
        let level = match risk {
            risk if risk >= HIGH_RISK => "High",
            risk if risk >= MODERATE_RISK => "Moderate",
            _ => "Low",
        };
        let risks: Vec<&str> = risks.iter().map(String::as_str).collect();
        sentences.push(format!("{level} risk: {}", list(&risks)));
    }
    let wishes: Vec<&str> = [SignalKind::Expansion, SignalKind::FeatureRequest]
        .into_iter()
        .filter(|kind| heard(*kind).is_some())
        .map(SignalKind::label)
        .collect();
    if !wishes.is_empty() {
        sentences.push(format!("Also raised: {}", list(&wishes)));
    }
    sentences.join(". ")
}

/// `a`, `a and b`, `a, b and c`.
fn list(items: &[&str]) -> String {
    match items {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Evidence;
    use SignalKind::{
        Budget, ChurnRisk, Competitor, DecisionMaker, FeatureRequest, NextStep, Objection, Pain, Timeline,
    };

    fn findings(of: &[(SignalKind, f64)]) -> Vec<Finding> {
        let evidence = Evidence {
            quote: "q".to_owned(),
            start: 0,
            end: 1,
            turn: 0,
            speaker: String::new(),
            at_ms: None,
        };
        of.iter()
            .map(|(kind, score)| Finding { kind: *kind, score: *score, evidence: evidence.clone() })
            .collect()
    }

    #[test]
    fn the_formula_gives_these_figures() {
        for (given, qualification, risk) in [
            (&[][..], 0.0, 0.0),
            (&[(Budget, 1.0)], 0.25, 0.0),
            (&[(Budget, 0.8)], 0.2, 0.0),
            // Two findings close a quarter of the gap: 0.8 + 0.2 · 0.25.
            (&[(Budget, 0.8), (Budget, 0.5)], 0.213, 0.0),
            (&[(Budget, 1.0), (DecisionMaker, 1.0), (Timeline, 1.0), (Pain, 1.0), (NextStep, 1.0)], 1.0, 0.0),
            (&[(ChurnRisk, 1.0)], 0.0, 0.9),
            (&[(ChurnRisk, 1.0), (Objection, 1.0), (Competitor, 1.0)], 0.0, 0.968),
            (&[(Competitor, 0.5)], 0.0, 0.175),
            (&[(FeatureRequest, 1.0)], 0.0, 0.0),
            (&[(Budget, f64::NAN), (Pain, 7.0), (Objection, -3.0)], 0.2, 0.0),
        ] {
            let assessment = assess(&findings(given));
            assert_eq!((assessment.qualification, assessment.risk), (qualification, risk), "{given:?}");
        }
    }

    #[test]
    fn the_order_of_findings_does_not_matter() {
        let mut given = vec![(Pain, 0.61), (Budget, 0.7), (Objection, 0.9), (Pain, 0.83), (Competitor, 0.55)];
        let forward = assess(&findings(&given));
        given.reverse();
        assert_eq!(assess(&findings(&given)), forward);
        assert_eq!(forward.counts, [(Budget, 1), (Pain, 2), (Competitor, 1), (Objection, 1)]);
    }

    #[test]
    fn the_headline_says_what_is_known_what_is_missing_and_what_threatens() {
        for (given, expect) in [
            (&[][..], "Nothing of interest was said"),
            (
                &[(Budget, 0.9), (Pain, 0.7), (Objection, 0.8), (Objection, 0.6)],
                "Known: budget and pain; missing: decision maker, timeline and next step. \
                 Moderate risk: objection (2)",
            ),
            (
                &[(Budget, 0.9), (DecisionMaker, 0.9), (Timeline, 0.9), (Pain, 0.9), (NextStep, 0.9)],
                "Fully qualified: budget, decision maker, timeline, pain and next step are known",
            ),
            (
                &[(ChurnRisk, 0.9), (FeatureRequest, 0.7)],
                "High risk: churn risk (1). Also raised: feature request",
            ),
            (&[(Competitor, 0.6)], "Low risk: competitor (1)"),
        ] {
            assert_eq!(assess(&findings(given)).headline, expect);
        }
    }
}
