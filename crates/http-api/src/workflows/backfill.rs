//! Running events of a range again.

use serde::Serialize;
use utoipa::ToSchema;

use super::FromParams;
use crate::Timestamp;
use crate::request::{Object, TextRule};

/// The parameters of the workflow `backfill`.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Backfill {
    /// Events that were accepted from then on.
    pub from: Timestamp,
    /// Events that were accepted before then; when it is asked for, unless it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<Timestamp>,
    /// Only of this source.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(min_length = 1, max_length = 64, pattern = "^[a-z0-9_-]+$", example = "zoom")]
    pub source: Option<String>,
    /// Only of this type.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    #[schema(
        min_length = 1,
        max_length = 128,
        pattern = r"^[^\u0000-\u001f\u007f-\u009f]*$",
        example = "call.completed"
    )]
    pub kind: Option<String>,
    /// How many events a minute; 60, unless it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 600, example = 60)]
    pub per_minute: Option<u32>,
}

impl FromParams for Backfill {
    fn read_params(object: &Object<'_>) -> Option<Self> {
        let (from, to) = (object.required_timestamp("from"), object.optional_timestamp("to"));
        let source = object.optional_text("source", TextRule::slug(64));
        let kind = object.optional_text("type", TextRule::line(128));
        let per_minute = object.optional_integer("per_minute", 1, 600);
        Some(Self { from: from?, to, source, kind, per_minute })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::read_body;
    use crate::workflows::WithParams;

    #[test]
    fn a_backfill_says_from_when_and_every_fault_is_named() {
        let read = |body: &str| read_body::<WithParams<Backfill>>(body.as_bytes());
        let WithParams(read_well) =
            read(r#"{"params":{"from":"2026-11-01T00:00:00Z","per_minute":5}}"#).unwrap();
        assert_eq!((read_well.per_minute, read_well.to), (Some(5), None));
        let problem = read(r#"{"params":{"source":"Zoom","per_minute":601,"to":"now"}}"#).unwrap_err();
        let mut pointers: Vec<_> = problem.errors().iter().map(|error| error.pointer.as_str()).collect();
        pointers.sort_unstable();
        assert_eq!(pointers, ["/params/from", "/params/per_minute", "/params/source", "/params/to"]);
    }
}
