//! Salesforce's change events: one transaction's changes of records of one kind.

use std::collections::BTreeMap;

use domain::crm::{Change, Entity, Life, Stamp};
use serde_json::{Map, Value};

use super::payload::{Told, Unfit, number, written};

type Object = Map<String, Value>;

/// Where whatever carries an event puts it.
const PLACES: [&str; 5] = ["", "/payload", "/data/payload", "/detail/payload", "/event/payload"];

/// The body of a change event and its header, inside whatever carries it.
pub(super) fn event(payload: &Value) -> Option<(&Object, &Object)> {
    PLACES.iter().find_map(|place| {
        let event = payload.pointer(place)?.as_object()?;
        Some((event, event.get("ChangeEventHeader")?.as_object()?))
    })
}

/// What a change event tells of.
pub(super) fn told(event: &Object, header: &Object) -> Result<Told, Unfit> {
    let text = |name: &str| header.get(name).and_then(Value::as_str);
    let entity = match text("entityName").ok_or_else(|| missing("entityName"))? {
        "Account" => Entity::Account,
        "Contact" => Entity::Contact,
        other => {
            return Ok(Told::Nothing(format!(
                "changes of `{other}` are not followed: accounts and contacts are"
            )));
        }
    };
    let at = number(header.get("commitTimestamp")).ok_or_else(|| missing("commitTimestamp"))?;
    // By time first: commit numbers start anew where an organization moves to another instance of Salesforce's.
    let stamp = Stamp {
        major: at,
        minor: number(header.get("commitNumber")).unwrap_or_default(),
        tie: format!(
            "{:010}-{}",
            number(header.get("sequenceNumber")).unwrap_or_default(),
            text("transactionKey").unwrap_or_default()
        ),
    };
    let kind = text("changeType").ok_or_else(|| missing("changeType"))?;
    let life = match kind {
        "CREATE" => Some(Life::Created),
        "UPDATE" => None,
        // A gap event says that something happened, and not what; only that of a deletion says all there is to say.
        "DELETE" | "GAP_DELETE" => Some(Life::Deleted),
        "UNDELETE" => Some(Life::Restored),
        "GAP_CREATE" | "GAP_UPDATE" | "GAP_UNDELETE" | "GAP_OVERFLOW" => Some(Life::Gap),
        other => return Err(Unfit(format!("`ChangeEventHeader.changeType` is `{other}`, which is none"))),
    };
    let carries = matches!(kind, "CREATE" | "UPDATE" | "UNDELETE");
    let fields = if carries { fields(event, header)? } else { BTreeMap::new() };
    let records = header.get("recordIds").and_then(Value::as_array).filter(|records| !records.is_empty());
    let changes = records.ok_or_else(|| missing("recordIds"))?.iter().map(|record| {
        let record_id = record.as_str().filter(|id| !id.is_empty()).ok_or_else(|| missing("recordIds"))?;
        Ok(Change {
            entity,
            source: "salesforce".into(),
            organization: String::new(),
            record_id: record_id.to_owned(),
            stamp: stamp.clone(),
            at,
            life,
            fields: fields.clone(),
        })
    });
    changes.collect::<Result<_, _>>().map(Told::Changes)
}

fn missing(name: &str) -> Unfit {
    Unfit(format!("`ChangeEventHeader.{name}` is missing, or not what it should be"))
}

/// What an event that carries fields sets.
fn fields(event: &Object, header: &Object) -> Result<BTreeMap<String, Option<String>>, Unfit> {
    let mut fields = BTreeMap::new();
    for (name, value) in event.iter().filter(|(name, _)| *name != "ChangeEventHeader") {
        flatten(name, value, &mut fields);
    }
    let changed = named(header, "changedFields")?;
    if changed.is_empty() {
        // A creation lists nothing, and says of fields that are empty that they are null.
        fields.retain(|_, value| value.is_some());
    } else {
        // What is there and not listed did not change; what is listed and not there was emptied.
        let within = |name: &str, of: &str| {
            name == of || name.strip_prefix(of).is_some_and(|rest| rest.starts_with('.'))
        };
        fields.retain(|name, _| changed.iter().any(|of| within(name, of)));
        for of in changed {
            if !fields.keys().any(|name| within(name, of)) {
                fields.insert(of.to_owned(), None);
            }
        }
    }
    for name in named(header, "nulledFields")? {
        fields.insert(name.to_owned(), None);
    }
    Ok(fields)
}

/// A list of fields' names; none where the header has no such list.
fn named<'h>(header: &'h Object, list: &str) -> Result<Vec<&'h str>, Unfit> {
    match header.get(list) {
        None | Some(Value::Null) => Ok(Vec::new()),
        Some(Value::Array(names)) => {
            names.iter().map(|name| name.as_str().ok_or_else(|| missing(list))).collect()
        }
        Some(_) => Err(missing(list)),
    }
}

/// A compound field (a name, an address) as its parts: `BillingAddress.City`.
fn flatten(name: &str, value: &Value, fields: &mut BTreeMap<String, Option<String>>) {
    match value {
        Value::Object(parts) => {
            for (part, value) in parts {
                fields.insert(format!("{name}.{part}"), written(value));
            }
        }
        value => {
            fields.insert(name.to_owned(), written(value));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(payload: &Value) -> Result<Told, Unfit> {
        let (event, header) = event(payload).expect("it is a change event");
        told(event, header)
    }

    fn header(kind: &str) -> Value {
        json!({
            "entityName": "Account", "recordIds": ["001A"], "changeType": kind, "commitTimestamp": 1_700_000_000_000_u64,
            "commitNumber": 42, "sequenceNumber": 2, "transactionKey": "tx",
        })
    }

    fn fields(payload: &Value) -> Vec<(String, Option<String>)> {
        let Ok(Told::Changes(changes)) = read(payload) else { panic!("{payload}") };
        changes[0].fields.clone().into_iter().collect()
    }

    #[test]
    fn each_record_of_an_event_has_its_change_at_the_commits_place() {
        let mut header = header("CREATE");
        header["recordIds"] = json!(["001A", "001B"]);
        let payload = json!({ "data": { "payload": { "ChangeEventHeader": header, "Name": "Acme" } } });
        let Ok(Told::Changes(changes)) = read(&payload) else { panic!("{payload}") };
        assert_eq!(
            changes.iter().map(|change| change.record_id.as_str()).collect::<Vec<_>>(),
            ["001A", "001B"]
        );
        let Change { stamp, at, life, fields, .. } = &changes[1];
        let tie = "0000000002-tx".to_owned();
        assert_eq!(*stamp, Stamp { major: 1_700_000_000_000, minor: 42, tie });
        assert_eq!((*at, *life), (1_700_000_000_000, Some(Life::Created)));
        assert_eq!(fields["Name"].as_deref(), Some("\"Acme\""));
    }

    #[test]
    fn what_an_event_sets_is_what_it_lists() {
        let set = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let mut header = header("UPDATE");
        header["changedFields"] = json!(["Phone", "Name", "Fax"]);
        header["nulledFields"] = json!(["Site"]);
        let payload = json!({
            "ChangeEventHeader": header, "Phone": null, "Name": { "FirstName": "Ama" }, "Rating": "Hot",
        });
        let expect =
            [set("Fax", None), set("Name.FirstName", Some("\"Ama\"")), set("Phone", None), set("Site", None)];
        assert_eq!(fields(&payload), expect);
        let created = json!({ "ChangeEventHeader": self::header("CREATE"), "Phone": null, "Employees": 7 });
        assert_eq!(fields(&created), [set("Employees", Some("7"))]);
        let gone = json!({ "ChangeEventHeader": self::header("GAP_UPDATE"), "Name": "Acme" });
        assert_eq!(fields(&gone), [], "a gap event's fields are not to be believed");
    }

    #[test]
    fn what_is_missing_or_odd_is_named_and_other_records_are_no_fault() {
        for (field, value) in [
            ("entityName", Value::Null),
            ("recordIds", json!([])),
            ("recordIds", json!([7])),
            ("changeType", json!("MERGE")),
            ("commitTimestamp", json!("yesterday")),
            ("changedFields", json!("Name")),
        ] {
            let mut header = header("UPDATE");
            header[field] = value;
            let Unfit(detail) = read(&json!({ "ChangeEventHeader": header })).expect_err(field);
            assert!(detail.contains(field), "{detail}");
        }
        let mut header = header("UPDATE");
        header["entityName"] = json!("Opportunity");
        let Ok(Told::Nothing(reason)) = read(&json!({ "ChangeEventHeader": header })) else { panic!() };
        assert!(reason.contains("`Opportunity`"), "{reason}");
    }
}
