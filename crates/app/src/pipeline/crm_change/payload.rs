//! From a CRM's payload to changes.

use domain::crm::Change;
use domain::dispatch::PayloadShape;
use serde_json::Value;

use super::{hubspot, salesforce};

/// Changes that one payload may tell of, over all its records: what one transaction of the store takes.
const MAX_CHANGES: usize = 2_000;
/// Fields that one payload may set, over all its changes.
const MAX_SETTINGS: usize = 20_000;

/// What a payload tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// Changes of accounts and contacts, one at least.
    Changes(Vec<Change>),
    /// Only what is not followed, and what that is.
    Nothing(String),
}

/// Why a payload cannot be read: what is missing or odd in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfit(pub(super) String);

/// What a payload looks like. A cheap look comes first, since most are no CRM's.
pub(in crate::pipeline) fn shape(body: &[u8]) -> PayloadShape {
    let none = PayloadShape::default();
    let Ok(text) = std::str::from_utf8(body) else { return none };
    if !text.contains("ChangeEventHeader") && !text.contains("subscriptionType") {
        return none;
    }
    let Ok(payload) = serde_json::from_str::<Value>(text) else { return none };
    PayloadShape {
        change_event_header: salesforce::event(&payload).is_some(),
        property_changes: hubspot::notifications(&payload).is_some(),
    }
}

/// The changes that a payload tells of.
pub(super) fn told(body: &[u8]) -> Result<Told, Unfit> {
    if body.trim_ascii_start().starts_with(b"<") {
        let reason = "an outbound message of Salesforce is kept and not followed: its change events are";
        return Ok(Told::Nothing(reason.into()));
    }
    let payload: Value =
        serde_json::from_slice(body).map_err(|error| Unfit(format!("the payload is not JSON: {error}")))?;
    let told = if let Some((event, header)) = salesforce::event(&payload) {
        salesforce::told(event, header)?
    } else if let Some(notifications) = hubspot::notifications(&payload) {
        hubspot::told(notifications)?
    } else {
        let reason =
            "the payload is neither a change event of Salesforce nor a list of HubSpot's notifications";
        return Ok(Told::Nothing(reason.into()));
    };
    if let Told::Changes(changes) = &told {
        let settings: usize = changes.iter().map(|change| change.fields.len() + 1).sum();
        if changes.len() > MAX_CHANGES || settings > MAX_SETTINGS {
            return Err(Unfit(format!(
                "the payload tells of {} changes with {settings} fields, and {MAX_CHANGES} with {MAX_SETTINGS} are taken: send it in parts",
                changes.len(),
            )));
        }
    }
    Ok(told)
}

/// A number, or the text of one.
pub(super) fn number(value: Option<&Value>) -> Option<u64> {
    value.and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()))
}

/// A field's value as JSON text; none where it is empty.
pub(super) fn written(value: &Value) -> Option<String> {
    (!value.is_null()).then(|| value.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_shows_whose_it_is() {
        for (body, salesforce, hubspot) in [
            (r#"{"ChangeEventHeader":{}}"#, true, false),
            (r#"{"data":{"payload":{"ChangeEventHeader":{"entityName":"Account"}}}}"#, true, false),
            (r#"[{"subscriptionType":"contact.creation"}]"#, false, true),
            (r#"[{"subscriptionType":"contact.creation"},7]"#, false, true),
            (r#"[]"#, false, false),
            (r#"{"turns":[{"text":"the ChangeEventHeader of our CRM"}]}"#, false, false),
            (r#"{"subscriptionType":"contact.creation"}"#, false, false),
            ("\u{1}", false, false),
        ] {
            let expect = PayloadShape { change_event_header: salesforce, property_changes: hubspot };
            assert_eq!(shape(body.as_bytes()), expect, "{body}");
        }
    }

    #[test]
    fn what_is_no_crms_is_nothing_and_what_is_too_much_is_unfit() {
        let unfit = |body: &str| told(body.as_bytes()).unwrap_err().0;
        assert!(unfit("{").contains("not JSON"));
        let nothing = |body: &str| match told(body.as_bytes()) {
            Ok(Told::Nothing(reason)) => reason,
            other => panic!("{other:?}"),
        };
        assert!(nothing("{}").contains("neither a change event"));
        assert!(nothing(" <?xml version='1.0'?><a/>").contains("outbound message"));
        let one = r#"{"subscriptionType":"contact.creation","objectId":1,"occurredAt":1}"#;
        let many = format!("[{}]", vec![one; MAX_CHANGES + 1].join(","));
        assert!(unfit(&many).contains("send it in parts"));
    }

    #[test]
    fn hostile_payloads_are_read_or_refused() {
        let seeds = [
            r#"{"data":{"schema":"s","payload":{"ChangeEventHeader":{"entityName":"Account","recordIds":["001xx"],"changeType":"UPDATE","changedFields":["Name"],"commitTimestamp":1763800000000,"commitNumber":7},"Name":"Pellworth","Address":{"City":"Leeds"}},"event":{"replayId":9}}}"#,
            r#"[{"eventId":1,"subscriptionId":2,"portalId":3,"occurredAt":1763800000000,"subscriptionType":"contact.propertyChange","objectId":4,"propertyName":"email","propertyValue":"a@b.example","changeSource":"CRM"},{"subscriptionType":"contact.merge","objectId":4,"primaryObjectId":4,"mergedObjectIds":[5],"occurredAt":1}]"#,
            "<soapenv:Envelope/>",
        ];
        hostile::survives(env!("CARGO_MANIFEST_DIR"), "crm", seeds, |body| {
            let seen = shape(body);
            if let Ok(Told::Changes(_)) = told(body) {
                assert!(seen.change_event_header || seen.property_changes, "told without being seen");
            }
        });
    }
}
