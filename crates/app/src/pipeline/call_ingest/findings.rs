//! A finding as a step records it: the serializable twin of [`domain::Finding`].

use contracts::pipeline::ExtractorReport;
use domain::{Evidence, Finding};
use serde::{Deserialize, Serialize};

/// See the module. Reading one that an older build recorded must go on working.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordedFinding {
    kind: String,
    pub(super) score: f64,
    pub(super) quote: String,
    start: usize,
    end: usize,
    turn: usize,
    speaker: String,
    #[serde(default)]
    at_ms: Option<u64>,
}

/// What the extract step records: the findings, and who found them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct RecordedExtraction {
    pub(super) findings: Vec<RecordedFinding>,
    kind: String,
    model: Option<String>,
    dropped_quotes: u32,
    fallback_reason: Option<String>,
}

impl RecordedExtraction {
    pub(super) fn new(findings: Vec<RecordedFinding>, by: ExtractorReport) -> Self {
        let ExtractorReport { kind, model, dropped_quotes, fallback_reason } = by;
        Self { findings, kind, model, dropped_quotes, fallback_reason }
    }

    /// The findings of these that hold; the others are counted as dropped.
    pub(super) fn holding(self, findings: Vec<RecordedFinding>) -> Self {
        let dropped = self.findings.len().saturating_sub(findings.len()) as u32;
        Self { findings, dropped_quotes: self.dropped_quotes + dropped, ..self }
    }

    /// Who found them.
    pub(super) fn by(&self) -> ExtractorReport {
        ExtractorReport {
            kind: self.kind.clone(),
            model: self.model.clone(),
            dropped_quotes: self.dropped_quotes,
            fallback_reason: self.fallback_reason.clone(),
        }
    }
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
