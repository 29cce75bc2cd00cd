//! Inputs, outputs and events as the platform keeps them: JavaScript values.
//!
//! They stay plain objects, readable to a Worker in TypeScript and on the platform's pages. A JavaScript number rounds
//! integers past 2^53, so a payload that has one travels as JSON text inside an object of its own.

use serde_json::Value;

use super::MAX_PAYLOAD_BYTES;

/// The key of an object that holds a payload as text.
const EXACT: &str = "mesh_json";

/// A payload as JSON that survives being a JavaScript value.
///
/// # Errors
/// A sentence, when it has no encoding or more than 1 MiB.
pub fn pack(payload: &impl serde::Serialize) -> Result<String, String> {
    let value = serde_json::to_value(payload).map_err(|error| format!("it cannot be encoded: {error}"))?;
    let wrapped = !is_safe(&value);
    let mut text = value.to_string();
    if wrapped {
        text = serde_json::json!({ EXACT: text }).to_string();
    }
    if text.len() > MAX_PAYLOAD_BYTES {
        return Err(format!(
            "it has {} bytes, over the limit of {MAX_PAYLOAD_BYTES}: store it and pass the key",
            text.len()
        ));
    }
    Ok(text)
}

/// Reads what [`pack`] wrote, or any other JSON.
///
/// # Errors
/// What does not fit, in the words of the decoder.
pub fn unpack<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, serde_json::Error> {
    // Looked for as text first: most payloads have no such key, and are decoded once.
    if text.contains(EXACT)
        && let Ok(Value::Object(object)) = serde_json::from_str(text)
        && object.len() == 1
        && let Some(Value::String(exact)) = object.get(EXACT)
    {
        return serde_json::from_str(exact);
    }
    serde_json::from_str(text)
}

fn is_safe(value: &Value) -> bool {
    const LARGEST: u64 = (1 << 53) - 1;
    match value {
        Value::Number(number) => match (number.as_u64(), number.as_i64()) {
            (Some(number), _) => number <= LARGEST,
            (None, Some(number)) => number.unsigned_abs() <= LARGEST,
            (None, None) => true,
        },
        Value::Array(items) => items.iter().all(is_safe),
        // An object that looks like a wrapped payload is wrapped, so that it reads as itself.
        Value::Object(fields) => !fields.contains_key(EXACT) && fields.values().all(is_safe),
        Value::Null | Value::Bool(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn plain_values_stay_plain_and_large_integers_stay_exact() {
        for (value, plain) in [
            (json!({"a": [1, -2, 0.5, null]}), true),
            (json!(9_007_199_254_740_991_u64), true),
            (json!({"a": [u64::MAX]}), false),
            (json!({"a": i64::MIN}), false),
            (json!({"mesh_json": "1"}), false),
            (json!("mesh_json"), true),
        ] {
            let packed = pack(&value).unwrap();
            assert_eq!(!packed.contains(r#"{"mesh_json":""#), plain, "{packed}");
            assert_eq!(unpack::<Value>(&packed).unwrap(), value);
        }
    }

    #[test]
    fn a_large_payload_is_refused_with_its_size() {
        let message = pack(&"x".repeat(MAX_PAYLOAD_BYTES)).unwrap_err();
        assert!(message.contains("1048578 bytes"), "{message}");
    }
}
