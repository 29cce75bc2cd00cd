//! Schemas in words: a line for a type, a table for an object.

use maud::{Markup, html};
use serde_json::Value;
use utoipa::openapi::schema::{ArrayItems, Object, Schema, SchemaType, Type};
use utoipa::openapi::{Ref, RefOr};

use super::markdown::{blocks, inline};

/// A named type with its fields.
pub(super) fn entry(name: &str, schema: &RefOr<Schema>) -> Markup {
    let anchor = format!("type-{name}");
    html! {
        article id=(anchor) {
            h3 { a href=(format!("#{anchor}")) { (name) } }
            @match schema {
                RefOr::Ref(reference) => p.type { (link(reference)) },
                RefOr::T(schema) => (body(schema)),
            }
        }
    }
}

/// A type in one line.
pub(super) fn summary(schema: &RefOr<Schema>) -> Markup {
    match schema {
        RefOr::Ref(reference) => link(reference),
        RefOr::T(schema) => inner_summary(schema),
    }
}

fn body(schema: &Schema) -> Markup {
    html! {
        @match schema {
            Schema::Object(object) => {
                @if let Some(text) = &object.description { (blocks(text)) }
                @if object.properties.is_empty() { p.type { (inner_summary(schema)) } } @else { (fields(object)) }
            },
            Schema::AllOf(all) => {
                @if let Some(text) = &all.description { (blocks(text)) }
                @for item in &all.items {
                    @match item {
                        RefOr::Ref(reference) => p { "All of " (link(reference)) ", and:" },
                        RefOr::T(schema) => (body(schema)),
                    }
                }
            },
            Schema::OneOf(one) => {
                @if let Some(text) = &one.description { (blocks(text)) }
                (alternatives(&one.items))
            },
            _ => p.type { (inner_summary(schema)) },
        }
    }
}

fn alternatives(items: &[RefOr<Schema>]) -> Markup {
    html! {
        p { "One of:" }
        ul { @for item in items { li { @match item {
            RefOr::Ref(reference) => (link(reference)),
            RefOr::T(schema) => (body(schema)),
        } } } }
    }
}

fn fields(object: &Object) -> Markup {
    html! {
        dl {
            @for (name, schema) in &object.properties {
                dt {
                    code { (name) }
                    @if !object.required.contains(name) { " " span.note { "optional" } }
                }
                dd {
                    @if let Some(text) = description(schema) { p { (inline(&text)) } }
                    p.type { (summary(schema)) }
                }
            }
        }
    }
}

fn inner_summary(schema: &Schema) -> Markup {
    match schema {
        Schema::Object(object) => html! { (type_words(object)) (constraints(schema)) },
        Schema::Array(array) => html! {
            "array of "
            @match &array.items {
                ArrayItems::RefOrSchema(item) => (summary(item)),
                ArrayItems::False => "nothing",
            }
        },
        Schema::OneOf(one) => any_of(&one.items),
        Schema::AnyOf(any) => any_of(&any.items),
        Schema::AllOf(all) => any_of(&all.items),
        _ => html! { "any value" },
    }
}

fn any_of(items: &[RefOr<Schema>]) -> Markup {
    html! { @for (n, item) in items.iter().enumerate() { @if n > 0 { " or " } (summary(item)) } }
}

fn type_words(object: &Object) -> String {
    let word = |kind: &Type| match kind {
        Type::Object => "object",
        Type::String => "string",
        Type::Integer => "integer",
        Type::Number => "number",
        Type::Boolean => "boolean",
        Type::Array => "array",
        Type::Null => "null",
    };
    match &object.schema_type {
        SchemaType::Type(kind) => word(kind).to_owned(),
        SchemaType::Array(kinds) => kinds.iter().map(word).collect::<Vec<_>>().join(" or "),
        SchemaType::AnyValue => "any JSON value".to_owned(),
    }
}

/// What else must be true of a value. Numbers' technical formats are left out: JSON has but one kind of number.
fn constraints(schema: &Schema) -> Markup {
    let json = serde_json::to_value(schema).unwrap_or_default();
    let list = |key: &str| json[key].as_array().map(Vec::as_slice).unwrap_or_default();
    html! {
        @if !list("enum").is_empty() { ": " (values(list("enum"))) }
        (range(&json["minimum"], &json["maximum"], ""))
        (range(&json["minLength"], &json["maxLength"], " characters"))
        @if let Some(value) = json.get("pattern") { ", pattern " (values(std::slice::from_ref(value))) }
        @if let Some(value) = json.get("default") { ", default " (values(std::slice::from_ref(value))) }
        @if let Some(value) = json.get("example") { ", such as " (values(std::slice::from_ref(value))) }
        @if !list("examples").is_empty() { ", such as " (values(list("examples"))) }
    }
}

/// Bounds, of which either may be absent. That a count is not negative goes without saying.
fn range(least: &Value, most: &Value, unit: &str) -> Markup {
    html! {
        @match (least, most) {
            (Value::Null, Value::Null) => {},
            (least, Value::Null) => { @if least.as_f64() != Some(0.0) { ", at least " (least) (unit) } },
            (Value::Null, most) => { ", at most " (most) (unit) },
            (least, most) => { ", " (least) " to " (most) (unit) },
        }
    }
}

/// Values as code, strings without their quotes.
fn values(values: &[Value]) -> Markup {
    html! {
        @for (n, value) in values.iter().enumerate() {
            @if n > 0 { ", " }
            code { @match value.as_str() { Some(text) => (text), None => (value) } }
        }
    }
}

/// The description of a schema, which for "this or null" stands at the first alternative.
fn description(schema: &RefOr<Schema>) -> Option<String> {
    let value = serde_json::to_value(schema).ok()?;
    let text = value.get("description").or_else(|| value.pointer("/oneOf/0/description"))?;
    text.as_str().map(str::to_owned)
}

fn link(reference: &Ref) -> Markup {
    let name = reference.ref_location.rsplit('/').next().unwrap_or_default();
    html! { a href=(format!("#type-{name}")) { (name) } }
}
