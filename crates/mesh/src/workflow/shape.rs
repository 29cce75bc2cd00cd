//! Whether a recorded value fits the type that reads it now: it decodes, and nothing of it is lost.

use serde::Serialize;
use serde_json::Value;

/// What of `recorded` is not there any more once `decoded` is encoded again, as a path and a reason.
///
/// Fields that the record does not have are no loss: they are defaults. Arrays may be in another order, because sets
/// are.
pub(super) fn lost(recorded: &Value, decoded: &impl Serialize) -> Option<String> {
    match serde_json::to_value(decoded) {
        Ok(encoded) => compare(recorded, &encoded, ""),
        Err(error) => Some(format!("it cannot be encoded again: {error}")),
    }
}

fn compare(recorded: &Value, encoded: &Value, path: &str) -> Option<String> {
    match (recorded, encoded) {
        (Value::Object(recorded), Value::Object(encoded)) => recorded.iter().find_map(|(key, value)| {
            let path = format!("{path}.{key}");
            match encoded.get(key) {
                Some(kept) => compare(value, kept, &path),
                None if value.is_null() => None,
                None => Some(format!("the field `{}` would be lost", &path[1..])),
            }
        }),
        (Value::Array(recorded), Value::Array(encoded)) => {
            if recorded.len() != encoded.len() {
                return Some(differs(path, "its length"));
            }
            let pairs = || recorded.iter().zip(encoded).enumerate();
            let in_order =
                pairs().find_map(|(index, (old, new))| compare(old, new, &format!("{path}.{index}")));
            in_order.filter(|_| !permuted(recorded, encoded))
        }
        (Value::Number(old), Value::Number(new)) => {
            let exact = |number: &serde_json::Number| {
                number.as_i64().map(i128::from).or(number.as_u64().map(i128::from))
            };
            let same = match (exact(old), exact(new)) {
                (Some(old), Some(new)) => old == new,
                _ => old.as_f64() == new.as_f64(),
            };
            (!same).then(|| differs(path, "its value"))
        }
        (old, new) => (old != new).then(|| differs(path, "its value")),
    }
}

fn differs(path: &str, what: &str) -> String {
    match path.strip_prefix('.') {
        Some(path) => format!("the field `{path}` would not keep {what}"),
        None => format!("it would not keep {what}"),
    }
}

/// Whether the same elements are there in another order.
fn permuted(recorded: &[Value], encoded: &[Value]) -> bool {
    let mut left: Vec<&Value> = encoded.iter().collect();
    recorded.iter().all(|old| {
        let found = left.iter().position(|new| compare(old, new, "").is_none());
        found.map(|index| left.swap_remove(index)).is_some()
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use serde::{Deserialize, de::DeserializeOwned};
    use serde_json::json;

    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Payment {
        id: u64,
        #[serde(default)]
        note: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refund: Option<Inner>,
    }

    #[derive(Serialize, Deserialize)]
    struct Inner {
        cents: i64,
    }

    #[derive(Serialize, Deserialize)]
    enum State {
        Open,
        Paid { at: u64 },
    }

    fn check<T: Serialize + DeserializeOwned>(recorded: Value, expected: Option<&str>) {
        let decoded: T = serde_json::from_value(recorded.clone()).expect("it decodes");
        assert_eq!(lost(&recorded, &decoded).as_deref(), expected, "{recorded}");
    }

    #[test]
    fn what_a_type_keeps_fits_and_what_it_drops_is_named() {
        check::<Payment>(json!({"id": 1, "note": "x", "refund": {"cents": -3}}), None);
        check::<Payment>(json!({"id": 1}), None);
        check::<Payment>(json!({"id": u64::MAX, "refund": null}), None);
        check::<Payment>(json!({"id": 1, "memo": "x"}), Some("the field `memo` would be lost"));
        check::<Payment>(
            json!({"id": 1, "refund": {"cents": 5, "by": "card"}}),
            Some("the field `refund.by` would be lost"),
        );
        check::<Vec<Payment>>(
            json!([{"id": 1}, {"id": 2, "memo": 1}]),
            Some("the field `1.memo` would be lost"),
        );
        check::<State>(json!("Open"), None);
        check::<State>(json!({"Paid": {"at": 3, "by": 4}}), Some("the field `Paid.by` would be lost"));
        check::<HashSet<String>>(json!(["a", "b", "c", "d", "e"]), None);
        check::<BTreeMap<u32, f32>>(json!({"1": 0.5}), None);
        check::<f32>(json!(0.123_456_789_012), Some("it would not keep its value"));
        check::<f64>(json!(5), None);
        check::<()>(json!(null), None);
    }
}
