//! Shapes and situations in words.

use serde_json::Value;

use crate::shape::{Others, Record, Shape, Text};

/// Who calls a service, for sentences such as "an old `gateway` that calls `create_job`…".
#[derive(Debug, Clone, Copy, Default)]
pub struct Peers<'a> {
    /// The Workers that call it; empty when that is not known.
    pub callers: &'a [String],
    /// The Worker that serves it.
    pub callee: Option<&'a str>,
}

impl Peers<'_> {
    /// The caller of an age, such as "an old `gateway`".
    pub(crate) fn caller(&self, age: Age) -> String {
        let article = match age {
            Age::Old => "an old",
            Age::New => "a new",
        };
        match self.callers {
            [] => format!("{article} caller"),
            callers => {
                let names: Vec<String> = callers.iter().map(|name| format!("`{name}`")).collect();
                format!("{article} {}", names.join(" or "))
            }
        }
    }

    /// The callee of an age, such as "the new `scheduler`".
    pub(crate) fn callee(&self, age: Age, service: &str) -> String {
        let age = match age {
            Age::Old => "old",
            Age::New => "new",
        };
        format!("the {age} `{}`", self.callee.unwrap_or(service))
    }
}

/// Which of two builds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Age {
    Old,
    New,
}

/// What kind of value a shape is.
pub(crate) fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Any => "anything".into(),
        Shape::Never => "nothing".into(),
        Shape::Null => "null".into(),
        Shape::Boolean => "a boolean".into(),
        Shape::Integer { .. } | Shape::Float { .. } | Shape::Wide { .. } => a_number(shape),
        Shape::Text(text) => a_text(text),
        Shape::Bytes => "bytes".into(),
        Shape::Stream => "a stream".into(),
        Shape::List(_) => "a list".into(),
        Shape::Tuple(items) => format!("a tuple of {}", items.len()),
        Shape::Record(record) => a_record(record),
        Shape::Choice { alternatives, .. } => format!("one of {} alternatives", alternatives.len()),
        Shape::Unknown(_) => "something else".into(),
    }
}

fn a_record(record: &Record) -> String {
    match record.others {
        Others::Kept(_) if record.fields.is_empty() => "a map".into(),
        _ if record.fields.is_empty() && !record.patterns.is_empty() => "a map".into(),
        _ => "a record".into(),
    }
}

pub(crate) fn a_number(shape: &Shape) -> String {
    match shape {
        Shape::Integer { least, most, .. } => {
            let named = [8_u32, 16, 32, 64].into_iter().find_map(|bits| {
                let half = 1_i128 << (bits - 1);
                if (*least, *most) == (0, half * 2 - 1) {
                    return Some(format!("a `u{bits}`"));
                }
                ((*least, *most) == (-half, half - 1)).then(|| format!("an `i{bits}`"))
            });
            named.unwrap_or_else(|| format!("a whole number from {least} to {most}"))
        }
        Shape::Wide { signed: true } => "an `i128`".into(),
        Shape::Wide { signed: false } => "a `u128`".into(),
        Shape::Float { single: true } => "an `f32`".into(),
        _ => "an `f64`".into(),
    }
}

pub(crate) fn a_text(text: &Text) -> String {
    if let Some(only) = &text.only {
        let names: Vec<String> = only.iter().map(|name| format!("`{name}`")).collect();
        return format!("one of {}", names.join(", "));
    }
    let mut words = "text".to_owned();
    if let Some(format) = &text.format {
        words.push_str(&format!(" of format `{format}`"));
    }
    if let Some(pattern) = &text.pattern {
        words.push_str(&format!(" that matches `{pattern}`"));
    }
    match (text.shortest, text.longest) {
        (0, None) => {}
        (1, Some(1)) => words = "a single character".into(),
        (shortest, None) => words.push_str(&format!(" of at least {shortest} characters")),
        (shortest, Some(longest)) => words.push_str(&format!(" of {shortest} to {longest} characters")),
    }
    words
}

pub(crate) fn a_list(least: u64, most: Option<u64>) -> String {
    match most {
        None if least == 0 => "a list of any length".into(),
        None => format!("a list of at least {least}"),
        Some(most) if most == least => format!("a list of {most}"),
        Some(most) => format!("a list of {least} to {most}"),
    }
}

/// The name of an enum's variant, if a shape is one: its text, its only key, or its tag.
pub(crate) fn variant(shape: &Shape) -> Option<String> {
    match shape {
        Shape::Text(Text { only: Some(only), .. }) if only.len() == 1 => only.first().cloned(),
        Shape::Record(record) => {
            let constant = |schema: &Value| schema.get("const")?.as_str().map(str::to_owned);
            let tag = record.fields.values().filter(|field| field.always).find_map(|f| constant(&f.schema));
            let mut names = record.fields.keys();
            let key = match (names.next(), names.next()) {
                (Some(only), None) if record.others == Others::Refused => Some(only.clone()),
                _ => None,
            };
            tag.or(key)
        }
        _ => None,
    }
}
