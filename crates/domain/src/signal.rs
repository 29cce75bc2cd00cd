//! What a signal is: a closed set of kinds, and a finding of one with its evidence.
//!
//! How a finding is made (rules, a model) is not decided here, and neither is how one is stored.

use std::{fmt, str::FromStr};

/// What a passage of a call says about the deal. The set is closed: a new kind is a decision, since every consumer
/// matches on all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SignalKind {
    /// Money that is available, approved, planned or capped for this purchase.
    Budget,
    /// Who decides, signs or has to be convinced.
    DecisionMaker,
    /// When something has to be decided, bought or live.
    Timeline,
    /// A problem the customer has today.
    Pain,
    /// Another vendor that is being considered, used or compared.
    Competitor,
    /// A reason not to buy, or not now.
    Objection,
    /// An action that somebody took on, with or without a date.
    NextStep,
    /// Something the product should do and does not.
    FeatureRequest,
    /// More seats, teams, regions or products at an existing or prospective customer.
    Expansion,
    /// A sign that an existing customer may leave or shrink.
    ChurnRisk,
}

impl SignalKind {
    /// Every kind, in declaration order.
    pub const ALL: [Self; 10] = [
        Self::Budget,
        Self::DecisionMaker,
        Self::Timeline,
        Self::Pain,
        Self::Competitor,
        Self::Objection,
        Self::NextStep,
        Self::FeatureRequest,
        Self::Expansion,
        Self::ChurnRisk,
    ];

    /// The stable `snake_case` name, as stored and as shown on the public surface.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Budget => "budget",
            Self::DecisionMaker => "decision_maker",
            Self::Timeline => "timeline",
            Self::Pain => "pain",
            Self::Competitor => "competitor",
            Self::Objection => "objection",
            Self::NextStep => "next_step",
            Self::FeatureRequest => "feature_request",
            Self::Expansion => "expansion",
            Self::ChurnRisk => "churn_risk",
        }
    }

    /// The name as prose: `decision maker`.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::DecisionMaker => "decision maker",
            Self::NextStep => "next step",
            Self::FeatureRequest => "feature request",
            Self::ChurnRisk => "churn risk",
            Self::Budget
            | Self::Timeline
            | Self::Pain
            | Self::Competitor
            | Self::Objection
            | Self::Expansion => self.as_str(),
        }
    }
}

impl fmt::Display for SignalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no [`SignalKind`].
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown signal kind `{given}`; accepted are: {}", accepted())]
pub struct UnknownSignalKind {
    /// What was given, as it was given.
    pub given: String,
}

fn accepted() -> String {
    SignalKind::ALL.map(SignalKind::as_str).join(", ")
}

impl FromStr for SignalKind {
    type Err = UnknownSignalKind;

    /// # Errors
    /// [`UnknownSignalKind`] when `given` is not exactly one of the names of [`SignalKind::as_str`].
    fn from_str(given: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.as_str() == given)
            .ok_or_else(|| UnknownSignalKind { given: given.to_owned() })
    }
}

/// Where a finding was heard. [`crate::evidence::verify`] says whether it is true of a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// A verbatim slice of the source text.
    pub quote: String,
    /// Where the quote starts in the source text, in Unicode scalar values.
    pub start: usize,
    /// Where it ends (exclusive), in Unicode scalar values.
    pub end: usize,
    /// The turn it was said in, counted from 0.
    pub turn: usize,
    /// Who said it, as the provider names them.
    pub speaker: String,
    /// When it was said, in milliseconds from the start of the call, where the provider tells.
    pub at_ms: Option<u64>,
}

/// One signal found in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Finding {
    /// What it says about the deal.
    pub kind: SignalKind,
    /// How sure the extraction is, from 0 to 1.
    pub score: f64,
    /// The passage it was found in.
    pub evidence: Evidence,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_reads_back_and_none_is_shared() {
        let mut seen = std::collections::BTreeSet::new();
        for kind in SignalKind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
            assert!(seen.insert(kind.as_str()), "{kind} twice");
            assert_eq!(kind.label(), kind.as_str().replace('_', " "));
        }
    }

    #[test]
    fn an_unknown_name_is_told_what_is_accepted() {
        for given in ["Budget", "budget ", "", "nextstep"] {
            let error = given.parse::<SignalKind>().unwrap_err().to_string();
            assert!(error.contains(&format!("`{given}`")), "{error}");
            assert!(error.ends_with("expansion, churn_risk"), "{error}");
        }
    }
}
