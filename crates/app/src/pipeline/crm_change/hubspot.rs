//! HubSpot's notifications: a list, each of one thing that happened to one object.

use std::collections::BTreeMap;

use domain::crm::{Change, Entity, Life, Stamp};
use serde_json::Value;

use super::payload::{Told, Unfit, number, written};

/// The notifications of a payload that looks like HubSpot's.
pub(super) fn notifications(payload: &Value) -> Option<&[Value]> {
    let items = payload.as_array()?;
    items.first()?.get("subscriptionType")?;
    Some(items)
}

/// What notifications tell of. One that cannot be read makes the payload unfit: the others are told of in its replay.
pub(super) fn told(notifications: &[Value]) -> Result<Told, Unfit> {
    let mut changes = Vec::new();
    let mut others = None;
    for (place, item) in notifications.iter().enumerate() {
        match one(item).map_err(|name| {
            Unfit(format!("`{name}` of notification {place} is missing, or not what it should be"))
        })? {
            Some(change) => changes.push(change),
            None => others = others.or_else(|| item.get("subscriptionType").and_then(Value::as_str)),
        }
    }
    Ok(match others {
        Some(other) if changes.is_empty() => {
            Told::Nothing(format!("`{other}` is not followed: changes of companies and contacts are"))
        }
        _ => Told::Changes(changes),
    })
}

/// The change of a notification, or none where it is of something that is not followed, or what is odd.
fn one(item: &Value) -> Result<Option<Change>, &'static str> {
    let text = |name: &str| item.get(name).and_then(Value::as_str);
    let kind = text("subscriptionType").ok_or("subscriptionType")?;
    let (object, what) = kind.split_once('.').ok_or("subscriptionType")?;
    let entity = match (object, text("objectTypeId")) {
        ("company", _) | ("object", Some("0-2")) => Entity::Account,
        ("contact", _) | ("object", Some("0-1")) => Entity::Contact,
        _ => return Ok(None),
    };
    let life = match what {
        "propertyChange" => None,
        "creation" => Some(Life::Created),
        "deletion" | "privacyDeletion" => Some(Life::Deleted),
        "restore" => Some(Life::Restored),
        // What it took over from the others is not told.
        "merge" => Some(Life::Gap),
        _ => return Ok(None),
    };
    let at = number(item.get("occurredAt")).ok_or("occurredAt")?;
    let id = |name: &'static str| match item.get(name) {
        Some(Value::String(id)) if !id.is_empty() => Ok(id.clone()),
        Some(Value::Number(id)) => Ok(id.to_string()),
        _ => Err(name),
    };
    let mut fields = BTreeMap::new();
    if what == "propertyChange" {
        let name = text("propertyName").filter(|name| !name.is_empty()).ok_or("propertyName")?;
        // HubSpot says of an emptied property that its value is an empty text.
        let value = item.get("propertyValue").filter(|value| value.as_str() != Some(""));
        fields.insert(name.to_owned(), value.and_then(written));
    }
    Ok(Some(Change {
        entity,
        source: "hubspot".into(),
        organization: if item.get("portalId").is_some() { id("portalId")? } else { String::new() },
        record_id: id("objectId")?,
        stamp: Stamp {
            major: at,
            minor: number(item.get("eventId")).unwrap_or_default(),
            tie: String::new(),
        },
        at,
        life,
        fields,
    }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn notification(kind: &str) -> Value {
        json!({
            "subscriptionType": kind, "objectId": 1_246_965, "portalId": 33, "occurredAt": 1_462_216_307_945_u64,
            "eventId": 3_816_279_340_u64, "attemptNumber": 0, "propertyName": "name", "propertyValue": "Acme",
        })
    }

    #[test]
    fn each_notification_is_a_change_and_what_is_not_followed_is_left_out() {
        let mut emptied = notification("object.propertyChange");
        emptied["objectTypeId"] = json!("0-1");
        emptied["propertyValue"] = json!("");
        let list = [
            notification("company.propertyChange"),
            notification("deal.propertyChange"),
            emptied,
            notification("contact.privacyDeletion"),
        ];
        let Ok(Told::Changes(changes)) = told(&list) else { panic!() };
        let entities: Vec<_> = changes.iter().map(|change| change.entity).collect();
        assert_eq!(entities, [Entity::Account, Entity::Contact, Entity::Contact]);
        assert_eq!(changes[0].fields["name"].as_deref(), Some("\"Acme\""));
        assert_eq!(changes[1].fields["name"], None);
        assert_eq!((changes[2].life, changes[2].fields.len()), (Some(Life::Deleted), 0));
        let Change { organization, record_id, stamp, .. } = &changes[0];
        assert_eq!((organization.as_str(), record_id.as_str()), ("33", "1246965"));
        let tie = String::new();
        assert_eq!(*stamp, Stamp { major: 1_462_216_307_945, minor: 3_816_279_340, tie });
        let Ok(Told::Nothing(reason)) = told(&list[1..2]) else { panic!() };
        assert!(reason.contains("`deal.propertyChange`"), "{reason}");
    }

    #[test]
    fn what_is_missing_or_odd_is_named_with_its_place() {
        for (field, value) in [
            ("subscriptionType", json!("company")),
            ("objectId", json!([])),
            ("occurredAt", json!("then")),
            ("propertyName", Value::Null),
            ("portalId", json!({})),
        ] {
            let mut odd = notification("company.propertyChange");
            odd[field] = value;
            let Unfit(detail) = told(&[notification("company.creation"), odd]).expect_err(field);
            assert!(detail.contains(field) && detail.contains("notification 1"), "{detail}");
        }
    }
}
