//! Which workflow works an event off: a choice by its source and the shape of its payload.

use std::fmt;
use std::str::FromStr;

/// A workflow that works events off.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EventWorkflow {
    /// The event may hold a conversation.
    #[default]
    CallIngest,
    /// The event tells of changes in a CRM.
    CrmChange,
}

impl EventWorkflow {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::CallIngest, Self::CrmChange];

    /// The stable lower-case name, as stored.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::CallIngest => "call_ingest",
            Self::CrmChange => "crm_change",
        }
    }
}

impl fmt::Display for EventWorkflow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that names no workflow of events.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no workflow of events in this version")]
pub struct UnknownEventWorkflow(pub String);

impl FromStr for EventWorkflow {
    type Err = UnknownEventWorkflow;

    fn from_str(text: &str) -> Result<Self, UnknownEventWorkflow> {
        let found = Self::ALL.into_iter().find(|workflow| workflow.as_str() == text);
        found.ok_or_else(|| UnknownEventWorkflow(text.into()))
    }
}

/// What a payload looks like, as far as the choice depends on it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PayloadShape {
    /// It has Salesforce's `ChangeEventHeader`.
    pub change_event_header: bool,
    /// It is a list of objects with HubSpot's `subscriptionType`.
    pub property_changes: bool,
}

/// Whether the choice for a source depends on the payload's shape.
#[must_use]
pub fn depends_on_shape(source: &str) -> bool {
    matches!(source, "generic" | "standard")
}

/// Which workflow works an event off: the CRMs' own sources, and an event of no provider's whose payload is theirs.
#[must_use]
pub fn event_workflow(source: &str, shape: PayloadShape) -> EventWorkflow {
    let of_a_crm = shape.change_event_header || shape.property_changes;
    match source {
        "salesforce" | "hubspot" => EventWorkflow::CrmChange,
        _ if depends_on_shape(source) && of_a_crm => EventWorkflow::CrmChange,
        _ => EventWorkflow::CallIngest,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_or_else_the_payload_chooses_the_workflow() {
        let neither = PayloadShape::default();
        let salesforce = PayloadShape { change_event_header: true, ..neither };
        let hubspot = PayloadShape { property_changes: true, ..neither };
        for (source, shape, expect) in [
            ("salesforce", neither, EventWorkflow::CrmChange),
            ("hubspot", neither, EventWorkflow::CrmChange),
            ("generic", neither, EventWorkflow::CallIngest),
            ("generic", salesforce, EventWorkflow::CrmChange),
            ("standard", hubspot, EventWorkflow::CrmChange),
            ("zoom", salesforce, EventWorkflow::CallIngest),
        ] {
            assert_eq!(event_workflow(source, shape), expect, "{source} {shape:?}");
        }
        for workflow in EventWorkflow::ALL {
            assert_eq!(workflow.to_string().parse(), Ok(workflow));
        }
        assert!("call".parse::<EventWorkflow>().is_err());
    }
}
