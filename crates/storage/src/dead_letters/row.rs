//! Rows of dead letters, and their conversion to the port's records.

use app::ports::{DeadLetterRecord, LetterGroup, NewDeadLetter, Replay};
use contracts::Timestamp;
use domain::EventWorkflow;
use domain::dead_letter::UnknownCause;
use domain::dispatch::UnknownEventWorkflow;
use domain::event::UnknownStatus;
use ids::{DeadLetterId, EventId, TenantId};
use serde::Deserialize;

#[derive(Deserialize)]
pub(super) struct IdRow {
    #[expect(dead_code, reason = "only that there is a row matters, and that it reads")]
    id: DeadLetterId,
}

#[derive(Deserialize)]
pub(super) struct BegunRow {
    workflow: String,
}

impl TryFrom<BegunRow> for EventWorkflow {
    type Error = UnknownEventWorkflow;

    fn try_from(row: BegunRow) -> Result<Self, UnknownEventWorkflow> {
        row.workflow.parse()
    }
}

#[derive(Deserialize)]
pub(super) struct LetterRow {
    id: DeadLetterId,
    tenant_id: Option<TenantId>,
    event_id: Option<EventId>,
    run: u32,
    cause: String,
    fingerprint: Option<String>,
    pattern: Option<String>,
    workflow: Option<String>,
    step: Option<String>,
    errors: String,
    attempts: u32,
    message: Option<String>,
    traceparent: Option<String>,
    dead_at: Timestamp,
    expires_at: Timestamp,
    replayed_at: Option<Timestamp>,
    replayed_by: Option<String>,
    event_status: Option<String>,
    event_run: Option<u32>,
}

/// Why a letter's row does not convert.
#[derive(Debug)]
pub(super) enum LetterRowError {
    Cause(UnknownCause),
    Status(UnknownStatus),
    Errors(serde_json::Error),
}

impl std::fmt::Display for LetterRowError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Cause(error) => write!(f, "`dead_letters.cause`: {error}"),
            Self::Status(error) => write!(f, "`events.status`: {error}"),
            Self::Errors(error) => write!(f, "`dead_letters.errors`: {error}"),
        }
    }
}

impl TryFrom<LetterRow> for DeadLetterRecord {
    type Error = LetterRowError;

    fn try_from(row: LetterRow) -> Result<Self, LetterRowError> {
        let status = row.event_status.map(|status| status.parse().map_err(LetterRowError::Status));
        Ok(Self {
            letter: NewDeadLetter {
                letter_id: row.id,
                cause: row.cause.parse().map_err(LetterRowError::Cause)?,
                group: row
                    .fingerprint
                    .map(|fingerprint| LetterGroup { fingerprint, pattern: row.pattern.unwrap_or_default() }),
                workflow: row.workflow,
                step: row.step,
                errors: serde_json::from_str(&row.errors).map_err(LetterRowError::Errors)?,
                attempts: row.attempts,
                message: row.message,
                dead_at: row.dead_at,
                expires_at: row.expires_at,
            },
            tenant: row.tenant_id,
            event_id: row.event_id,
            run: row.run,
            traceparent: row.traceparent,
            event: status.transpose()?.zip(row.event_run),
            replayed: row.replayed_at.zip(row.replayed_by).map(|(at, by)| Replay { at, by }),
        })
    }
}

pub(crate) fn errors_json(errors: &[String]) -> String {
    serde_json::json!(errors).to_string()
}
