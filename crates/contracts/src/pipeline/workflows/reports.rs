//! Reports on accounts.

use ids::ReportId;

use crate::Timestamp;

/// Asks for a report on an account.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestReport {
    /// The account, by name or domain.
    pub account: String,
    /// From when; 90 days before its end, unless it says.
    #[serde(default)]
    pub from: Option<Timestamp>,
    /// Until before when; when it is asked for, unless it says.
    #[serde(default)]
    pub until: Option<Timestamp>,
}

/// Names one report.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetReport {
    /// Which.
    pub report_id: ReportId,
}

/// A report as it stands.
#[mesh::message]
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// The id, which is also its run's.
    pub report_id: ReportId,
    /// `accepted`, `running`, `paused`, `completed`, `failed` or `terminated`.
    pub status: String,
    /// The account.
    pub account: String,
    /// From when.
    pub from: Timestamp,
    /// Until before when.
    pub until: Timestamp,
    /// Whether there is a page to read.
    pub html: bool,
    /// Whether there is a PDF.
    pub pdf: bool,
    /// Why there is no PDF, once that is known.
    #[serde(default)]
    pub pdf_reason: Option<String>,
    /// Why it failed.
    #[serde(default)]
    pub error: Option<String>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A form of a report.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum ReportForm {
    /// The page.
    Html,
    /// The page on paper.
    Pdf,
}

/// Asks for a report's document.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadReport {
    /// Which.
    pub report_id: ReportId,
    /// In which form.
    pub form: ReportForm,
}

/// A report's document.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportDocument {
    /// Its media type.
    pub media_type: String,
    /// SHA-256 of the body, lower-case hexadecimal.
    pub sha256: String,
    /// The document.
    pub body: mesh::Bytes,
}

/// A report was not read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum ReportError {
    /// The tenant has no such report.
    #[error("no such report")]
    NotFound,
    /// It is not made yet, or was not made.
    #[error("the report is `{status}`")]
    NotMade {
        /// How it stands.
        status: String,
    },
    /// There is no PDF of it.
    #[error("there is no PDF: {reason}")]
    NoPdf {
        /// Why.
        reason: String,
    },
    /// A store did not answer. Ask again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
