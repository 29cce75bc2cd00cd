//! Accounts and contacts as CRMs tell of them.

use ids::{CrmRecordId, EventId};

use crate::Timestamp;

/// What a record is of.
#[mesh::message]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum CrmEntity {
    /// A company.
    Account,
    /// A person.
    Contact,
}

/// Asks for records, those that came last in the order of their ids first.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListCrmRecords {
    /// Of what.
    pub entity: CrmEntity,
    /// Only records before this one in that order.
    #[serde(default)]
    pub before: Option<CrmRecordId>,
    /// At most this many, 1 to 200.
    pub limit: u32,
}

/// A page of records.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmRecordPage {
    /// The records.
    pub items: Vec<CrmRecordSummary>,
    /// Where the next page goes on; none on the last.
    #[serde(default)]
    pub next_before: Option<CrmRecordId>,
}

/// Names one record.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GetCrmRecord {
    /// Of what.
    pub entity: CrmEntity,
    /// Which.
    pub id: CrmRecordId,
    /// Only this field's history in the timeline.
    #[serde(default)]
    pub field: Option<String>,
    /// At most this many lines of the timeline, 1 to 1,000.
    pub limit: u32,
}

/// A record without its timeline.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmRecordSummary {
    /// The id.
    pub id: CrmRecordId,
    /// Of which CRM: `salesforce` or `hubspot`.
    pub source: String,
    /// The source's own id.
    pub record_id: String,
    /// The account with the source, where its ids are unique only within one; else empty.
    #[serde(default)]
    pub organization: String,
    /// What it is called, where its fields tell.
    #[serde(default)]
    pub name: Option<String>,
    /// Whether the CRM deleted it.
    pub deleted: bool,
    /// When it was first heard of, by the CRM's own time.
    pub first_at: Timestamp,
    /// When it last changed, by the CRM's own time.
    pub last_at: Timestamp,
}

/// A record with its fields and its timeline.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmRecordDetail {
    /// The record.
    pub record: CrmRecordSummary,
    /// What its fields are now, by name.
    pub fields: Vec<CrmField>,
    /// What happened, the latest first.
    pub timeline: Vec<CrmTimelineEntry>,
    /// Whether the timeline goes on.
    pub more: bool,
}

/// A field's value.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmField {
    /// The field.
    pub name: String,
    /// Its value, as JSON text.
    pub value: String,
}

/// One line of a timeline.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmTimelineEntry {
    /// The field; none for what happened to the record as a whole.
    #[serde(default)]
    pub field: Option<String>,
    /// What it was set to, as JSON text; none where it was emptied. For the record as a whole what happened, as a JSON
    /// text: `created`, `deleted`, `restored` or `gap`.
    #[serde(default)]
    pub value: Option<String>,
    /// When, by the CRM's own time.
    pub at: Timestamp,
    /// The event that told so first.
    pub event_id: EventId,
}

/// A record was not read.
#[mesh::message]
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[serde(rename_all = "snake_case")]
pub enum CrmError {
    /// The tenant has no such record.
    #[error("no such record")]
    NotFound,
    /// A store did not answer. Ask again.
    #[error("storage is unavailable: {detail}")]
    Unavailable {
        /// For operators.
        detail: String,
    },
}
