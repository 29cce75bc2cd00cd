//! Values within a document: looked up, judged, and written.

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::description::{Ready, TimeFormat};

/// A number above this is in milliseconds, one below in seconds: 2286 as the one, 1970 as the other.
const MOST_SECONDS: u64 = 10_000_000_000;

/// A text or a whole number as a text, unless it is empty.
pub(crate) fn word(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// RFC 3339, or a Unix time in seconds or milliseconds; in milliseconds.
pub(crate) fn moment(value: Option<&Value>) -> Option<u64> {
    match value? {
        Value::String(text) => {
            let read = OffsetDateTime::parse(text, &Rfc3339).ok()?;
            u64::try_from(read.unix_timestamp_nanos() / 1_000_000).ok()
        }
        Value::Number(number) => {
            let number = number.as_u64().or_else(|| number.as_f64().map(|number| number.max(0.0) as u64))?;
            Some(if number > MOST_SECONDS { number } else { number * 1_000 })
        }
        _ => None,
    }
}

/// A time as a provider wants it.
pub(crate) fn written(unix_ms: u64, format: TimeFormat) -> Value {
    let seconds = i64::try_from(unix_ms / 1_000).unwrap_or(0);
    let at = OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    match format {
        TimeFormat::Rfc3339 => at.format(&Rfc3339).unwrap_or_default().into(),
        TimeFormat::Date => format!("{:04}-{:02}-{:02}", at.year(), u8::from(at.month()), at.day()).into(),
        TimeFormat::UnixSeconds => (unix_ms / 1_000).into(),
        TimeFormat::UnixMilliseconds => unix_ms.into(),
    }
}

/// Whether something has what it must have.
pub(crate) fn is_ready(ready: Option<&Ready>, value: &Value) -> bool {
    let Some(Ready { at, is }) = ready else { return true };
    match (value.pointer(at), is) {
        (Some(found), Some(wanted)) => found == wanted,
        (None | Some(Value::Null), None) => false,
        (Some(Value::String(text)), None) => !text.is_empty(),
        (Some(Value::Array(list)), None) => !list.is_empty(),
        (Some(_), None) => true,
        (None, Some(_)) => false,
    }
}

/// Puts a value where a pointer leads to, through objects that are made where there are none.
pub(crate) fn put(target: &mut Value, pointer: &str, value: Value) {
    let mut at = target;
    for part in pointer.split('/').skip(1) {
        if !at.is_object() {
            *at = Value::Object(Map::new());
        }
        let Value::Object(members) = at else { return };
        at = members.entry(part.replace("~1", "/").replace("~0", "~")).or_insert(Value::Null);
    }
    *at = value;
}

/// The same value with each text `{id}` replaced.
pub(crate) fn about(value: &Value, id: &str) -> Value {
    match value {
        Value::String(text) if text == "{id}" => Value::String(id.to_owned()),
        Value::Array(list) => Value::Array(list.iter().map(|value| about(value, id)).collect()),
        Value::Object(members) => {
            Value::Object(members.iter().map(|(name, value)| (name.clone(), about(value, id))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn times_are_read_as_providers_write_them_and_written_as_they_want_them() {
        for value in [
            json!("2026-11-22T07:00:00Z"),
            json!("2026-11-22T08:00:00+01:00"),
            json!(1_795_330_800),
            json!(1_795_330_800_000_u64),
        ] {
            assert_eq!(moment(Some(&value)), Some(1_795_330_800_000), "{value}");
        }
        for value in [json!("soon"), json!(null), json!([]), json!("1969-01-01T00:00:00Z")] {
            assert_eq!(moment(Some(&value)), None, "{value}");
        }
        let as_ = |format| written(1_795_330_800_999, format);
        assert_eq!(as_(TimeFormat::Rfc3339), "2026-11-22T07:00:00Z");
        assert_eq!(as_(TimeFormat::Date), "2026-11-22");
        assert_eq!(as_(TimeFormat::UnixSeconds), 1_795_330_800);
        assert_eq!(as_(TimeFormat::UnixMilliseconds), 1_795_330_800_999_u64);
    }

    #[test]
    fn a_value_is_put_through_objects_that_are_made() {
        let mut body = json!({ "filter": { "a": 1 }, "b": 2 });
        put(&mut body, "/filter/fromDateTime", "x".into());
        put(&mut body, "/b/c~1d", true.into());
        assert_eq!(body, json!({ "filter": { "a": 1, "fromDateTime": "x" }, "b": { "c/d": true } }));
    }
}
