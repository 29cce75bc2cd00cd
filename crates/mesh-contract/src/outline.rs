//! What a schema holds, as a flat list of places: for saying what changed where nothing breaks.

use std::collections::BTreeMap;

use crate::fit::SchemaNode;
use crate::overlap::End;
use crate::shape::{Others, Shape, Side, reference};
use crate::words::{kind, variant};

/// Places by their path, each with what it holds.
pub(crate) type Outline = BTreeMap<String, String>;

/// The outline of what a reader of `node` takes.
pub(crate) fn outline(node: SchemaNode<'_>) -> Outline {
    let mut outline = Outline::new();
    let end = End { schema: node.schema, definitions: node.definitions, side: Side::Reader };
    walk(end, "", &mut Vec::new(), &mut outline);
    outline
}

/// What was added, what is gone and what holds something else, in that order.
pub(crate) fn differences(old: &Outline, new: &Outline) -> Vec<String> {
    let mut notes = Vec::new();
    // A place below one that is new, or gone, goes without saying.
    let news = |one: &Outline, other: &Outline| -> Vec<String> {
        let alone: Vec<&String> = one.keys().filter(|place| !other.contains_key(*place)).collect();
        let below = |place: &str| {
            alone.iter().any(|above| {
                place.strip_prefix(above.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
            })
        };
        alone.iter().filter(|place| !below(place)).map(|place| (*place).clone()).collect()
    };
    for place in news(new, old) {
        notes.push(format!("`{place}` is new: {}", new[&place]));
    }
    for place in news(old, new) {
        notes.push(format!("`{place}` is gone"));
    }
    for (place, was) in old {
        if let Some(is) = new.get(place)
            && is != was
        {
            let place = if place.is_empty() { "it".to_owned() } else { format!("`{place}`") };
            notes.push(format!("{place} was {was} and is {is}"));
        }
    }
    notes
}

fn walk<'a>(end: End<'a>, place: &str, above: &mut Vec<String>, outline: &mut Outline) {
    let name = reference(end.schema).map(str::to_owned);
    if let Some(name) = &name {
        if above.contains(name) {
            return;
        }
        above.push(name.clone());
    }
    let join = |part: &str| if place.is_empty() { part.to_owned() } else { format!("{place}.{part}") };
    match end.shape() {
        Shape::Record(record) => {
            for (field_name, field) in &record.fields {
                let path = join(field_name);
                let mut words = summary(end.at(&field.schema));
                if !field.always {
                    words.push_str(", optional");
                }
                if let Some(default) = field.schema.get("default").filter(|default| !default.is_null()) {
                    words.push_str(&format!(", {default} where missing"));
                }
                if !field.aliases.is_empty() {
                    words.push_str(&format!(", also read as {}", field.aliases.join(", ")));
                }
                outline.insert(path.clone(), words);
                walk(end.at(&field.schema), &path, above, outline);
            }
            if let Others::Kept(schema) = &record.others {
                walk(end.at(schema), &join("*"), above, outline);
            }
            for (pattern, schema) in &record.patterns {
                walk(end.at(schema), &join(pattern), above, outline);
            }
        }
        Shape::List(list) => walk(end.at(&list.items), &format!("{place}[]"), above, outline),
        Shape::Tuple(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(end.at(item), &join(&index.to_string()), above, outline);
            }
        }
        Shape::Choice { alternatives, .. } => {
            for alternative in &alternatives {
                walk(end.at(alternative), place, above, outline);
            }
        }
        Shape::Text(text) => {
            for name in text.only.iter().flatten() {
                outline.insert(join(name), "a variant".into());
            }
        }
        _ => {}
    }
    if name.is_some() {
        above.pop();
    }
}

/// What a place holds, in a few words.
fn summary(end: End<'_>) -> String {
    match end.shape() {
        Shape::Choice { alternatives, .. } => {
            let shapes: Vec<Shape> = alternatives.iter().map(|one| end.at(one).shape()).collect();
            let values: Vec<String> = shapes
                .iter()
                .zip(&alternatives)
                .filter(|(shape, _)| !matches!(shape, Shape::Null))
                .map(|(shape, one)| match shape {
                    Shape::Choice { .. } => summary(end.at(one)),
                    shape => variant(shape).map_or_else(|| kind(shape), |_| "an enum".to_owned()),
                })
                .collect();
            let nullable = values.len() < shapes.len();
            let mut distinct: Vec<String> = Vec::new();
            for value in values {
                if !distinct.contains(&value) {
                    distinct.push(value);
                }
            }
            let words = distinct.join(" or ");
            if nullable { format!("{words} or null") } else { words }
        }
        Shape::Text(text) if text.only.is_some() => "an enum".into(),
        Shape::List(list) => format!("a list of {}", summary(end.at(&list.items)).trim_start_matches("a ")),
        shape => kind(&shape),
    }
}
