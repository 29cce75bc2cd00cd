//! One text for all schemas that mean the same on the wire, and its hash.
//!
//! Documentation, the order of fields and of tagged variants, and the names of Rust types don't travel, so they don't
//! count. Definitions are written out where they are used.

use serde_json::{Map, Value};

use crate::shape::{Definitions, reference};

/// Keywords that say nothing about the wire. A default does: it is what a missing field means.
const SILENT: [&str; 9] = [
    "$comment",
    "$defs",
    "$schema",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// The canonical text of a schema.
pub(crate) fn text(schema: &Value, definitions: &Definitions) -> String {
    json(&canonical(schema, definitions, &mut Vec::new()))
}

/// A 64-bit FNV-1a hash.
pub(crate) fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn canonical(schema: &Value, definitions: &Definitions, above: &mut Vec<String>) -> Value {
    if let Some(name) = reference(schema)
        && let Some(target) = definitions.get(name)
    {
        if let Some(position) = above.iter().rev().position(|other| other == name) {
            // A type within itself: how many definitions up.
            let mut within = own(schema, definitions, above);
            within.insert("$ref".into(), position.into());
            return within.into();
        }
        above.push(name.to_owned());
        let mut whole = canonical(target, definitions, above);
        above.pop();
        if let Some(object) = whole.as_object_mut() {
            object.extend(own(schema, definitions, above).into_iter().filter(|(key, _)| key != "$ref"));
        }
        return whole;
    }
    match schema {
        Value::Object(_) => grouped(own(schema, definitions, above)),
        other => other.clone(),
    }
}

/// The schema's own keywords, each canonical.
fn own(schema: &Value, definitions: &Definitions, above: &mut Vec<String>) -> Map<String, Value> {
    let mut object = Map::new();
    for (key, value) in schema.as_object().into_iter().flatten() {
        if SILENT.contains(&key.as_str()) {
            continue;
        }
        let value = match (key.as_str(), value) {
            ("properties" | "patternProperties", Value::Object(named)) => named
                .iter()
                .map(|(name, schema)| (name.clone(), canonical(schema, definitions, above)))
                .collect(),
            ("anyOf" | "allOf" | "prefixItems" | "oneOf", Value::Array(all)) => {
                all.iter().map(|schema| canonical(schema, definitions, above)).collect()
            }
            ("items" | "additionalProperties" | "unevaluatedProperties" | "not" | "x-written", schema) => {
                canonical(schema, definitions, above)
            }
            (
                "required" | "enum" | "type" | "x-aliases" | "x-variant-aliases" | "x-always-written",
                Value::Array(set),
            ) => sorted(set.clone()).into(),
            ("$ref", Value::String(target)) => {
                let name = target.trim_start_matches("#/$defs/");
                match definitions.get(name) {
                    Some(target) if !above.iter().any(|other| other == name) => {
                        above.push(name.to_owned());
                        let whole = canonical(target, definitions, above);
                        above.pop();
                        whole
                    }
                    _ => value.clone(),
                }
            }
            _ => value.clone(),
        };
        object.insert(key.clone(), value);
    }
    object
}

/// Variants without content are listed together or, once one is documented, one by one: here always one by one.
fn grouped(mut object: Map<String, Value>) -> Value {
    let names = match object.get("enum") {
        Some(Value::Array(names)) if object.get("type").is_some_and(|kind| kind == "string") => names.clone(),
        _ => match object.get_mut("oneOf") {
            Some(Value::Array(all)) => {
                let flat = std::mem::take(all).into_iter().flat_map(|one| match one.get("oneOf") {
                    Some(Value::Array(inner)) if one.as_object().is_some_and(|one| one.len() == 1) => {
                        inner.clone()
                    }
                    _ => vec![one],
                });
                *all = sorted(flat.collect());
                return object.into();
            }
            _ => return object.into(),
        },
    };
    let variants = names.into_iter().map(|name| serde_json::json!({"type": "string", "const": name}));
    object.remove("enum");
    object.remove("type");
    object.insert("oneOf".into(), sorted(variants.collect()).into());
    object.into()
}

fn sorted(values: Vec<Value>) -> Vec<Value> {
    let mut keyed: Vec<(String, Value)> = values
        .into_iter()
        .map(|value| {
            let mut key = String::new();
            write(&value, &mut key);
            (key, value)
        })
        .collect();
    keyed.sort_by(|one, other| one.0.cmp(&other.0));
    keyed.into_iter().map(|(_, value)| value).collect()
}

/// Compact JSON with sorted keys: the same text whether or not serde_json was built to keep their order.
pub(crate) fn json(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Object(object) => {
            let mut keys: Vec<&String> = object.keys().collect();
            keys.sort();
            out.push('{');
            for (index, key) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(key.as_str()).to_string());
                out.push(':');
                write(&object[key], out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_does_not_travel_does_not_count() {
        let definitions = Definitions::from([
            (
                "Kind".into(),
                json!({"oneOf": [{"type": "string", "const": "b", "description": "B"}, {"type": "string", "enum": ["a"]}]}),
            ),
            ("Renamed".into(), json!({"type": "string", "enum": ["a", "b"], "title": "Kind"})),
        ]);
        let same = [
            (json!({"$ref": "#/$defs/Kind"}), json!({"$ref": "#/$defs/Renamed", "description": "which"})),
            (
                json!({"type": "object", "required": ["a", "b"]}),
                json!({"required": ["b", "a"], "type": "object"}),
            ),
        ];
        for (one, other) in same {
            assert_eq!(text(&one, &definitions), text(&other, &definitions));
        }
        let different = [
            (json!({"type": "integer", "default": 1}), json!({"type": "integer", "default": 2})),
            (json!({"type": "string", "enum": ["a"]}), json!({"type": "string", "enum": ["a", "b"]})),
            (json!({"anyOf": [{"type": "string"}, true]}), json!({"anyOf": [true, {"type": "string"}]})),
        ];
        for (one, other) in different {
            assert_ne!(text(&one, &definitions), text(&other, &definitions));
        }
    }

    #[test]
    fn a_type_within_itself_ends() {
        let tree = json!({"type": "object", "properties": {"left": {"$ref": "#/$defs/Tree"}}});
        let definitions = Definitions::from([("Tree".into(), tree)]);
        let text = text(&json!({"$ref": "#/$defs/Tree"}), &definitions);
        assert_eq!(text, r#"{"properties":{"left":{"$ref":0}},"type":"object"}"#);
    }
}
