//! From a schema to what it allows.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::combine::both;
use super::{
    ALIASES, ANNOTATIONS, Definitions, Field, List, NULL_LEFT_OUT, OTHER, Others, Record, Shape, Side, Text,
    VARIANT_ALIASES,
};
use crate::written::{ALWAYS_WRITTEN, WRITTEN};

/// What `schema` allows, seen from `side`.
pub(crate) fn shape(schema: &Value, definitions: &Definitions, side: Side) -> Shape {
    match schema {
        Value::Bool(true) => Shape::Any,
        Value::Bool(false) => Shape::Never,
        Value::Object(object) => of_object(object, definitions, side),
        other => Shape::Unknown(other.clone()),
    }
}

/// The name that a schema is nothing but a reference to.
pub(crate) fn reference(schema: &Value) -> Option<&str> {
    let object = schema.as_object()?;
    let name = object.get("$ref")?.as_str()?.strip_prefix("#/$defs/")?;
    let alone = object.keys().all(|key| key == "$ref" || is_annotation(key));
    alone.then_some(name)
}

/// Whether a keyword of a schema, or of ours, says nothing about what is allowed.
pub(crate) fn is_annotation(key: &str) -> bool {
    ANNOTATIONS.contains(&key) || key == ALIASES
}

fn of_object(object: &Map<String, Value>, definitions: &Definitions, side: Side) -> Shape {
    if side == Side::Writer
        && let Some(written) = object.get(WRITTEN)
    {
        return shape(written, definitions, side);
    }
    let mut rest: Map<String, Value> = object
        .iter()
        .filter(|(key, _)| !is_annotation(key) && !matches!(key.as_str(), WRITTEN | "$defs"))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    if rest.remove("not").is_some_and(|not| not == Value::Object(Map::new())) {
        return Shape::Never;
    }
    let mut parts = Vec::new();
    if let Some(Value::String(target)) = rest.remove("$ref") {
        let target = target.strip_prefix("#/$defs/").and_then(|name| definitions.get(name));
        parts.push(
            target.map_or_else(|| Shape::Unknown(object.clone().into()), |t| shape(t, definitions, side)),
        );
    }
    for (keyword, ordered) in [("oneOf", false), ("anyOf", true)] {
        if let Some(Value::Array(alternatives)) = rest.remove(keyword) {
            parts.push(Shape::Choice { alternatives, ordered });
        }
    }
    if let Some(Value::Array(all)) = rest.remove("allOf") {
        parts.extend(all.iter().map(|part| shape(part, definitions, side)));
    }
    if !rest.is_empty() {
        parts.push(plain(&rest, side));
    }
    parts.into_iter().reduce(both).unwrap_or(Shape::Any)
}

/// A schema without references and combinations.
fn plain(object: &Map<String, Value>, side: Side) -> Shape {
    if let Some(Value::Array(types)) = object.get("type") {
        let alternatives = types.iter().map(|kind| {
            let mut one = object.clone();
            one.insert("type".into(), kind.clone());
            if let Some(Value::Array(values)) = object.get("enum") {
                let of_kind = values.iter().filter(|value| value.is_null() == (kind == "null")).cloned();
                one.insert("enum".into(), of_kind.collect());
            }
            Value::Object(one)
        });
        return Shape::Choice { alternatives: alternatives.collect(), ordered: false };
    }
    let known = || Shape::Unknown(Value::Object(object.clone()));
    match object.get("type").and_then(Value::as_str) {
        Some("null") => Shape::Null,
        Some("boolean") => Shape::Boolean,
        Some("integer") => integer(object).unwrap_or_else(known),
        Some("number") => {
            Shape::Float { single: object.get("format").is_some_and(|format| format == "float") }
        }
        Some("string") => text(object, side),
        Some("array") => list(object),
        Some("object") => Shape::Record(record(object, side)),
        None if object.contains_key("properties") || object.contains_key("required") => {
            Shape::Record(record(object, side))
        }
        None if object.contains_key("const") || object.contains_key("enum") => constants(object, side),
        _ => known(),
    }
}

/// Constants without a type: the type is theirs.
fn constants(object: &Map<String, Value>, side: Side) -> Shape {
    let values = match (object.get("const"), object.get("enum")) {
        (Some(value), _) => vec![value.clone()],
        (None, Some(Value::Array(values))) => values.clone(),
        _ => Vec::new(),
    };
    let typed = values.iter().map(|value| {
        let kind = match value {
            Value::Null => "null",
            Value::Bool(_) => "boolean",
            Value::Number(_) => "integer",
            Value::String(_) => "string",
            Value::Array(_) => "array",
            Value::Object(_) => "object",
        };
        serde_json::json!({"type": kind, "const": value})
    });
    let alternatives: Vec<Value> = typed.collect();
    match alternatives.as_slice() {
        [] => Shape::Never,
        [Value::Object(one)] => plain(one, side),
        _ => Shape::Choice { alternatives, ordered: false },
    }
}

fn integer(object: &Map<String, Value>) -> Option<Shape> {
    let format = object.get("format").and_then(Value::as_str);
    let long = matches!(format, Some("int64" | "uint64" | "int" | "uint"));
    let (mut least, mut most): (i128, i128) = match format {
        Some("int8") => (i8::MIN.into(), i8::MAX.into()),
        Some("int16") => (i16::MIN.into(), i16::MAX.into()),
        Some("int32") => (i32::MIN.into(), i32::MAX.into()),
        Some("uint8") => (0, u8::MAX.into()),
        Some("uint16") => (0, u16::MAX.into()),
        Some("uint32") => (0, u32::MAX.into()),
        Some("uint64" | "uint") => (0, u64::MAX.into()),
        Some("int128") => return Some(Shape::Wide { signed: true }),
        Some("uint128") => return Some(Shape::Wide { signed: false }),
        Some("int64" | "int") => (i64::MIN.into(), i64::MAX.into()),
        // Without a format the number may be of either sign, in 64 bits.
        _ => (i64::MIN.into(), u64::MAX.into()),
    };
    let number = |key: &str| object.get(key).and_then(whole);
    let values: Option<Vec<i128>> = match (object.get("const"), object.get("enum")) {
        (Some(value), _) => Some(vec![whole(value)?]),
        (None, Some(Value::Array(values))) => Some(values.iter().map(whole).collect::<Option<_>>()?),
        _ => None,
    };
    if let Some(values) = values {
        // Listed numbers are judged by their ends, and only where they leave no gap between.
        least = values.iter().copied().min()?;
        most = values.iter().copied().max()?;
        let listed: BTreeSet<i128> = values.into_iter().collect();
        let gapless = i128::try_from(listed.len()).is_ok_and(|length| most - least + 1 == length);
        return gapless.then_some(Shape::Integer { least, most, long });
    }
    least = number("minimum").map_or(least, |limit| least.max(limit));
    most = number("maximum").map_or(most, |limit| most.min(limit));
    Some(Shape::Integer { least, most, long })
}

fn whole(value: &Value) -> Option<i128> {
    value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from))
}

fn text(object: &Map<String, Value>, side: Side) -> Shape {
    let string = |key: &str| object.get(key).and_then(Value::as_str).map(str::to_owned);
    match object.get("format").and_then(Value::as_str) {
        Some("bytes") => return Shape::Bytes,
        Some("stream") => return Shape::Stream,
        _ => {}
    }
    let mut only: Option<BTreeSet<String>> = match (object.get("const"), object.get("enum")) {
        (Some(Value::String(one)), _) => Some(BTreeSet::from([one.clone()])),
        (_, Some(Value::Array(all))) => {
            Some(all.iter().filter_map(Value::as_str).map(str::to_owned).collect())
        }
        _ => None,
    };
    if side == Side::Reader
        && let Some(only) = &mut only
    {
        only.extend(strings(object.get(VARIANT_ALIASES)));
    }
    Shape::Text(Text {
        only,
        other: object.get(OTHER).is_some_and(|other| other == true),
        format: string("format"),
        pattern: string("pattern"),
        shortest: object.get("minLength").and_then(Value::as_u64).unwrap_or(0),
        longest: object.get("maxLength").and_then(Value::as_u64),
    })
}

fn list(object: &Map<String, Value>) -> Shape {
    let count = |key: &str| object.get(key).and_then(Value::as_u64);
    if let Some(Value::Array(items)) = object.get("prefixItems") {
        return Shape::Tuple(items.clone());
    }
    Shape::List(List {
        items: object.get("items").cloned().unwrap_or(Value::Bool(true)),
        least: count("minItems").unwrap_or(0),
        most: count("maxItems"),
        distinct: object.get("uniqueItems").is_some_and(|distinct| distinct == true),
    })
}

fn record(object: &Map<String, Value>, side: Side) -> Record {
    let required = match (side, object.get(ALWAYS_WRITTEN)) {
        (Side::Writer, Some(written)) => Some(written),
        _ => object.get("required"),
    };
    let always = strings(required);
    let named = |key: &str| object.get(key).and_then(Value::as_object).into_iter().flatten();
    let others = match object.get("additionalProperties").or_else(|| object.get("unevaluatedProperties")) {
        None => Others::Skipped,
        Some(Value::Bool(false)) => Others::Refused,
        Some(schema) => Others::Kept(schema.clone()),
    };
    let variant_aliases = strings(object.get(VARIANT_ALIASES));
    let other = object.get(OTHER).is_some_and(|other| other == true);
    let fields = named("properties").map(|(name, schema)| {
        let left_out =
            side == Side::Writer && schema.get(NULL_LEFT_OUT).is_some_and(|left_out| left_out == true);
        let mut field = Field {
            schema: if left_out { without_null(schema) } else { schema.clone() },
            always: always.contains(name),
            aliases: strings(schema.get(ALIASES)),
        };
        match &mut field.schema {
            // The variant's name is the tag's value …
            Value::Object(tag) if (other || !variant_aliases.is_empty()) && tag.contains_key("const") => {
                tag.insert(VARIANT_ALIASES.to_owned(), variant_aliases.clone().into());
                tag.insert(OTHER.to_owned(), other.into());
            }
            // … or, without a tag, the only field's name.
            _ if others == Others::Refused => field.aliases.extend(variant_aliases.iter().cloned()),
            _ => {}
        }
        (name.clone(), field)
    });
    let fields = fields.collect();
    let patterns = named("patternProperties").map(|(pattern, schema)| (pattern.clone(), schema.clone()));
    Record { fields, others, patterns: patterns.collect() }
}

/// The texts in an array.
fn strings(array: Option<&Value>) -> Vec<String> {
    let items = array.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// The schema without the null that is left out rather than written.
fn without_null(schema: &Value) -> Value {
    let mut schema = schema.clone();
    if let Some(object) = schema.as_object_mut() {
        object.remove(NULL_LEFT_OUT);
        if let Some(Value::Array(types)) = object.get_mut("type") {
            types.retain(|kind| kind != "null");
        }
        if let Some(Value::Array(alternatives)) = object.get_mut("anyOf") {
            alternatives.retain(|one| one.get("type").is_none_or(|kind| kind != "null"));
        }
        if let Some(Value::Array(values)) = object.get_mut("enum") {
            values.retain(|value| !value.is_null());
        }
    }
    schema
}
