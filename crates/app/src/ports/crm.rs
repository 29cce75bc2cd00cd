//! What CRMs told of accounts and contacts.

use async_trait::async_trait;
use contracts::Timestamp;
use domain::crm::{Change, Entity};
use ids::{CrmRecordId, EventId, TenantId};

use super::StoreError;

/// A change with the id of its record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewCrmChange {
    /// Which record: follows from the source's own names of it.
    pub record: CrmRecordId,
    /// What changed.
    pub change: Change,
}

/// A record as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmRecord {
    /// The id.
    pub id: CrmRecordId,
    /// Of what.
    pub entity: Entity,
    /// Of which CRM.
    pub source: String,
    /// The account with the source, where ids are unique only within one; else empty.
    pub organization: String,
    /// The source's own id.
    pub record_id: String,
    /// Whether the CRM deleted it.
    pub deleted: bool,
    /// Its fields' values as JSON text, by name; a field that was emptied is not among them.
    pub fields: Vec<(String, String)>,
    /// When it was first heard of, by the CRM's own time.
    pub first_at: Timestamp,
    /// When it last changed, by the CRM's own time.
    pub last_at: Timestamp,
}

/// One line of a record's timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CrmEntry {
    /// The field; none for what happened to the record as a whole.
    pub field: Option<String>,
    /// What it was set to, as JSON text; none where it was emptied. For the record as a whole, what happened, as a JSON
    /// text too.
    pub value: Option<String>,
    /// When, by the CRM's own time.
    pub at: Timestamp,
    /// The event that told so first.
    pub event_id: EventId,
}

/// Records of CRMs.
#[async_trait(?Send)]
pub trait CrmStore {
    /// Adds changes that an event tells of, all or none. What is known changes nothing.
    async fn add(
        &self,
        tenant: TenantId,
        event_id: EventId,
        changes: &[NewCrmChange],
    ) -> Result<(), StoreError>;
    /// One record of an entity.
    async fn get(
        &self,
        tenant: TenantId,
        entity: Entity,
        id: CrmRecordId,
    ) -> Result<Option<CrmRecord>, StoreError>;
    /// At most `limit` records of an entity, by falling id, those before `before`.
    async fn list(
        &self,
        tenant: TenantId,
        entity: Entity,
        before: Option<CrmRecordId>,
        limit: u32,
    ) -> Result<Vec<CrmRecord>, StoreError>;
    /// A record's timeline in the CRM's order, the latest first, and of one change what happened to the record as a whole
    /// last: at most `limit` lines, of one field if it is named.
    async fn timeline(
        &self,
        tenant: TenantId,
        id: CrmRecordId,
        field: Option<&str>,
        limit: u32,
    ) -> Result<Vec<CrmEntry>, StoreError>;
}
