//! Running events of a range again.

use crate::Timestamp;

/// Asks to have the events of a range run again.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestBackfill {
    /// Events that were accepted from then on.
    pub from: Timestamp,
    /// Events that were accepted before then; when it is asked for, unless it says.
    #[serde(default)]
    pub until: Option<Timestamp>,
    /// Only of this source.
    #[serde(default)]
    pub source: Option<String>,
    /// Only of this type.
    #[serde(default)]
    pub kind: Option<String>,
    /// How many a minute: 1 to 600; 60, unless it says.
    #[serde(default)]
    pub per_minute: Option<u32>,
}
