//! What two schemas allow together.

use serde_json::{Map, Value};

use super::{Others, Record, Shape};

/// What two shapes allow together: a record that another is flattened into, or a tag beside a record.
pub(super) fn both(one: Shape, other: Shape) -> Shape {
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
