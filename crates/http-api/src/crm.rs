//! Accounts and contacts as CRMs tell of them.

use std::collections::BTreeMap;

use ids::{CrmRecordId, EventId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::page::PageRequest;
use crate::payload::Payload;
use crate::request::{FromQuery, Query, TextRule};
use crate::{Timestamp, schema};

/// An account or a contact of a CRM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct CrmRecord {
    /// The id. It follows from the source's own names of the record.
    #[schema(value_type = schema::CrmRecordId)]
    pub id: CrmRecordId,
    /// The CRM: `salesforce` or `hubspot`. More may come.
    #[schema(example = "salesforce")]
    pub source: String,
    /// The CRM's own id of it.
    #[schema(example = "0015e00000AbCdEAAV")]
    pub record_id: String,
    /// HubSpot's portal; absent where the CRM's ids need none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub organization: Option<String>,
    /// What it is called; `null` where its fields do not tell.
    #[schema(required, example = "Northwind Traders")]
    pub name: Option<String>,
    /// Whether the CRM deleted it.
    pub deleted: bool,
    /// When it was first heard of, by the CRM's own time.
    pub first_at: Timestamp,
    /// When it last changed, by the CRM's own time.
    pub last_at: Timestamp,
}

/// An account or a contact with its fields and its timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CrmRecordDetail {
    /// The record.
    #[serde(flatten)]
    pub record: CrmRecord,
    /// What its fields are now: what was set last, in the CRM's own order. One that was emptied is absent.
    pub fields: BTreeMap<String, Payload>,
    /// What happened, the latest first.
    pub timeline: Vec<TimelineEntry>,
    /// Whether the timeline goes on past `limit`.
    pub more: bool,
}

/// One line of a timeline: a field was set, or something happened to the record as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct TimelineEntry {
    /// When, by the CRM's own time.
    pub at: Timestamp,
    /// `set`, `created`, `deleted`, `restored`, or `gap`: something that the CRM does not tell. More may come.
    #[schema(example = "set")]
    pub change: String,
    /// The field that was set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, example = "Phone")]
    pub field: Option<String>,
    /// What it was set to; absent where it was emptied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub value: Option<Payload>,
    /// The event that told so first.
    #[schema(value_type = schema::EventId)]
    pub event_id: EventId,
}

/// The query of `GET /v1/accounts` and `GET /v1/contacts`.
#[derive(Debug, Clone, PartialEq)]
pub struct ListCrmRecords {
    /// The page.
    pub page: PageRequest<CrmRecordId>,
}

impl FromQuery for ListCrmRecords {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { page: query.page("crm_records", &[]) })
    }
}

/// The query of `GET /v1/accounts/{id}` and `GET /v1/contacts/{id}`.
#[derive(Debug, Clone, PartialEq, Eq, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct GetCrmRecord {
    /// Only the history of this field in the timeline.
    #[param(example = "Phone")]
    pub field: Option<String>,
}

impl FromQuery for GetCrmRecord {
    fn read(query: &Query) -> Option<Self> {
        Some(Self { field: query.text("field", TextRule::line(256)) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_shows_a_value_as_the_crm_wrote_it() {
        let entry = TimelineEntry {
            at: Timestamp::from_unix_ms(0),
            change: "set".into(),
            field: Some("Employees".into()),
            value: Payload::from_json("7.0".into()).ok(),
            event_id: EventId::from_parts(1, [1; 10]),
        };
        let written = serde_json::to_string(&entry).unwrap();
        assert!(written.contains(r#""field":"Employees","value":7.0"#), "{written}");
    }
}
