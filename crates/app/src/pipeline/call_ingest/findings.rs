//! A finding as a step records it: the serializable twin of [`domain::Finding`].

use domain::{Evidence, Finding};
use serde::{Deserialize, Serialize};

/// See the module. Reading one that an older build recorded must go on working.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordedFinding {
    kind: String,
    score: f64,
    quote: String,
    start: usize,
    end: usize,
    turn: usize,
    speaker: String,
    #[serde(default)]
    at_ms: Option<u64>,
}

impl From<Finding> for RecordedFinding {
    fn from(finding: Finding) -> Self {
        let Finding { kind, score, evidence } = finding;
        let Evidence { quote, start, end, turn, speaker, at_ms } = evidence;
        Self { kind: kind.as_str().to_owned(), score, quote, start, end, turn, speaker, at_ms }
    }
}

impl RecordedFinding {
    /// The finding; an error when its kind is none that this build knows.
    pub(super) fn into_finding(self) -> Result<Finding, domain::signal::UnknownSignalKind> {
        let Self { kind, score, quote, start, end, turn, speaker, at_ms } = self;
        let evidence = Evidence { quote, start, end, turn, speaker, at_ms };
        Ok(Finding { kind: kind.parse()?, score, evidence })
    }
}
