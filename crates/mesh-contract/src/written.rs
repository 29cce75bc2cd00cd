//! One schema for both directions: what is read, with notes on how what is written differs.

use serde_json::{Map, Value, json};

/// The properties that a writer always writes, where they are not the ones that a reader requires.
pub(crate) const ALWAYS_WRITTEN: &str = "x-always-written";
/// The schema of what is written, where it differs in more than that.
pub(crate) const WRITTEN: &str = "x-written";

/// Keywords below which schemas are compared one by one.
const NESTED: [&str; 9] = [
    "$defs",
    "additionalProperties",
    "allOf",
    "anyOf",
    "items",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
];

/// Joins the schema of what is read and the schema of what is written into one.
///
/// Where the two are the same, as they mostly are, nothing is added.
#[must_use]
pub fn both_directions(read: &Value, written: &Value) -> Value {
    if read == written {
        return read.clone();
    }
    joined(read, written).unwrap_or_else(|| replaced(read, written))
}

/// The joint schema, where the differences can be noted at the places where they are.
fn joined(read: &Value, written: &Value) -> Option<Value> {
    let (read, written) = (read.as_object()?, written.as_object()?);
    let mut joint = Map::new();
    let keys = read.keys().chain(written.keys().filter(|key| !read.contains_key(*key)));
    for key in keys {
        match (key.as_str(), read.get(key), written.get(key)) {
            (_, Some(one), Some(other)) if one == other => {
                joint.insert(key.clone(), one.clone());
            }
            ("required", one, other) => {
                if let Some(one) = one {
                    joint.insert(key.clone(), one.clone());
                }
                joint.insert(ALWAYS_WRITTEN.to_owned(), other.cloned().unwrap_or_else(|| json!([])));
            }
            (nested, Some(one), Some(other)) if NESTED.contains(&nested) => {
                joint.insert(key.clone(), nested_schemas(nested, one, other)?);
            }
            _ => return None,
        }
    }
    Some(Value::Object(joint))
}

/// Joins what is below a keyword: one schema, a list of them, or named ones.
fn nested_schemas(keyword: &str, read: &Value, written: &Value) -> Option<Value> {
    match (read, written) {
        (Value::Array(read), Value::Array(written)) if read.len() == written.len() => {
            Some(read.iter().zip(written).map(|(one, other)| both_directions(one, other)).collect())
        }
        (Value::Object(read), Value::Object(written))
            if matches!(keyword, "properties" | "patternProperties" | "$defs") =>
        {
            if read.len() != written.len() {
                return None;
            }
            let joined =
                read.iter().map(|(name, one)| Some((name.clone(), both_directions(one, written.get(name)?))));
            joined.collect::<Option<Map<_, _>>>().map(Value::Object)
        }
        (Value::Object(_), Value::Object(_)) => Some(both_directions(read, written)),
        _ => None,
    }
}

/// What is read, and beside it the whole of what is written.
fn replaced(read: &Value, written: &Value) -> Value {
    let mut joint = match read {
        Value::Object(read) => read.clone(),
        // `false` and `true` as the objects that mean the same.
        Value::Bool(false) => Map::from_iter([("not".to_owned(), json!({}))]),
        _ => Map::new(),
    };
    joint.insert(WRITTEN.to_owned(), written.clone());
    Value::Object(joint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_schemas_need_no_note() {
        let schema = json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
        assert_eq!(both_directions(&schema, &schema), schema);
    }

    #[test]
    fn a_default_is_noted_where_it_is_however_deep() {
        let of = |required: Value| {
            json!({"oneOf": [{"type": "object", "properties": {"every": {
                "type": "object", "properties": {"a": true, "b": true}, "required": required}}}]})
        };
        let joint = both_directions(&of(json!(["a"])), &of(json!(["a", "b"])));
        let every = &joint["oneOf"][0]["properties"]["every"];
        assert_eq!((&every["required"], &every[ALWAYS_WRITTEN]), (&json!(["a"]), &json!(["a", "b"])));
    }

    #[test]
    fn other_differences_keep_both_schemas() {
        let read = json!({"type": "object", "properties": {"old": true}, "required": ["old"]});
        let written = json!({"type": "object", "properties": {"new": true}, "required": ["new"]});
        assert_eq!(both_directions(&read, &written)[WRITTEN], written);
        assert_eq!(both_directions(&json!(false), &written), json!({"not": {}, WRITTEN: written}));
    }
}
