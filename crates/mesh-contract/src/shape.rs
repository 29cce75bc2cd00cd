//! A JSON Schema seen as what it allows, one level at a time, for one direction.
//!
//! Only what `schemars` writes for serde's types is understood. Anything else is [`Shape::Unknown`], which fits
//! nothing but itself: a change of it is never called compatible.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use crate::written::{ALWAYS_WRITTEN, WRITTEN};

/// Names that a reader takes for the same field.
pub(crate) const ALIASES: &str = "x-aliases";
/// Names that a reader takes for the same variant.
pub(crate) const VARIANT_ALIASES: &str = "x-variant-aliases";
/// The variant that a reader takes every unknown one for.
pub(crate) const OTHER: &str = "x-other";
/// A field that is left out rather than written as null.
pub(crate) const NULL_LEFT_OUT: &str = "x-null-left-out";

/// Keywords that say nothing about which values are allowed.
pub(crate) const ANNOTATIONS: [&str; 9] = [
    "$comment",
    "$schema",
    "default",
    "deprecated",
    "description",
    "examples",
    "readOnly",
    "title",
    "writeOnly",
];

/// Whether a schema is looked at as its writer or as its reader does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    Writer,
    Reader,
}

/// The schemas that others refer to by name.
pub(crate) type Definitions = BTreeMap<String, Value>;

/// What one schema allows.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Shape {
    Any,
    Never,
    Null,
    Boolean,
    /// `long` where the type has 64 bits, whatever its bounds.
    Integer {
        least: i128,
        most: i128,
        long: bool,
    },
    /// 128-bit integers, which travel as bytes.
    Wide {
        signed: bool,
    },
    Float {
        single: bool,
    },
    Text(Text),
    Bytes,
    Stream,
    List(List),
    Tuple(Vec<Value>),
    Record(Record),
    /// One of several; `ordered` where the reader takes the first that fits.
    Choice {
        alternatives: Vec<Value>,
        ordered: bool,
    },
    /// Not to be judged, with its schema.
    Unknown(Value),
}

/// What text is allowed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Text {
    /// The only texts that are, if they are listed.
    pub(crate) only: Option<BTreeSet<String>>,
    /// Whether this is the variant that stands for all unknown ones.
    pub(crate) other: bool,
    pub(crate) format: Option<String>,
    pub(crate) pattern: Option<String>,
    /// Characters.
    pub(crate) shortest: u64,
    pub(crate) longest: Option<u64>,
}

/// A list of equal items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct List {
    pub(crate) items: Value,
    pub(crate) least: u64,
    pub(crate) most: Option<u64>,
    /// Whether it is a set.
    pub(crate) distinct: bool,
}

/// A struct or a map.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Record {
    pub(crate) fields: BTreeMap<String, Field>,
    pub(crate) others: Others,
    /// Fields by the pattern of their names.
    pub(crate) patterns: BTreeMap<String, Value>,
}

/// A field of a record.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Field {
    pub(crate) schema: Value,
    /// To a reader: it must be there. To a writer: it always is.
    pub(crate) always: bool,
    pub(crate) aliases: Vec<String>,
}

/// Fields that a record does not name.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) enum Others {
    /// A reader skips them, a writer writes none.
    #[default]
    Skipped,
    /// A reader refuses them.
    Refused,
    /// They are entries of a map.
    Kept(Value),
}

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

/// What two shapes allow together: a record that another is flattened into, or a tag beside a record.
fn both(one: Shape, other: Shape) -> Shape {
    match (one, other) {
        (Shape::Any, shape) | (shape, Shape::Any) => shape,
        (Shape::Never, _) | (_, Shape::Never) => Shape::Never,
        (Shape::Record(one), Shape::Record(other)) => Shape::Record(joined(one, other)),
        (Shape::Choice { alternatives, ordered }, shape)
        | (shape, Shape::Choice { alternatives, ordered }) => {
            let Some(base) = schema_of(&shape) else { return Shape::Unknown(Value::Array(alternatives)) };
            let with = |alternative: Value| serde_json::json!({"allOf": [base, alternative]});
            Shape::Choice { alternatives: alternatives.into_iter().map(with).collect(), ordered }
        }
        (one, _) => Shape::Unknown(Value::String(format!("{one:?}"))),
    }
}

fn joined(one: Record, other: Record) -> Record {
    let mut fields = one.fields;
    fields.extend(other.fields);
    let mut patterns = one.patterns;
    patterns.extend(other.patterns);
    let others = match (one.others, other.others) {
        (Others::Skipped, others) | (others, Others::Skipped) => others,
        (Others::Refused, others) | (others, Others::Refused) => others,
        (kept, _) => kept,
    };
    Record { fields, others, patterns }
}

/// A schema that has this shape, for shapes that are combined with others.
fn schema_of(shape: &Shape) -> Option<Value> {
    match shape {
        Shape::Record(record) => {
            let mut object = Map::from_iter([("type".to_owned(), Value::from("object"))]);
            let fields = record.fields.iter();
            object.insert(
                "properties".into(),
                fields.map(|(name, f)| (name.clone(), f.schema.clone())).collect(),
            );
            let always = record.fields.iter().filter(|(_, field)| field.always);
            object.insert("required".into(), always.map(|(name, _)| Value::from(name.as_str())).collect());
            match &record.others {
                Others::Skipped => {}
                Others::Refused => drop(object.insert("additionalProperties".into(), false.into())),
                Others::Kept(schema) => drop(object.insert("additionalProperties".into(), schema.clone())),
            }
            if !record.patterns.is_empty() {
                let patterns = record.patterns.iter().map(|(key, schema)| (key.clone(), schema.clone()));
                object.insert("patternProperties".into(), patterns.collect());
            }
            Some(Value::Object(object))
        }
        Shape::Choice { alternatives, ordered } => {
            let keyword = if *ordered { "anyOf" } else { "oneOf" };
            Some(Value::Object(Map::from_iter([(keyword.to_owned(), Value::Array(alternatives.clone()))])))
        }
        _ => None,
    }
}
