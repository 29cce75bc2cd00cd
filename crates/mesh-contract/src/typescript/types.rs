//! Schemas as types.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{TO_SEND, push};
use crate::canonical;
use crate::shape::{Definitions, Others, Record, Shape, Side, reference, shape};

/// The named types of a contract, and which of them have two forms.
pub(super) struct Names<'a> {
    definitions: &'a Definitions,
    two_sided: BTreeSet<&'a str>,
    /// Names of the file's own, which a message may have as well.
    taken: [String; 5],
}

impl<'a> Names<'a> {
    pub(super) fn of(contract: &str, definitions: &'a Definitions) -> Self {
        let taken = [contract, "Answer", "Context", "ReceivedContext"].map(str::to_owned);
        let [contract, answer, context, received] = taken;
        let taken = [format!("{contract}Implementation"), contract, answer, context, received];
        let mut names = Self { definitions, two_sided: BTreeSet::new(), taken };
        // A type that refers to one with two forms has two forms itself: until no more are found.
        loop {
            let found: BTreeSet<&str> = definitions
                .iter()
                .filter(|(_, schema)| {
                    names.body(schema, Side::Writer, 0) != names.body(schema, Side::Reader, 0)
                })
                .map(|(name, _)| name.as_str())
                .collect();
            if found == names.two_sided {
                return names;
            }
            names.two_sided = found;
        }
    }

    /// Whether a type arrives in another form than the one in which it may be sent.
    pub(super) fn differ(&self, name: &str) -> bool {
        self.two_sided.contains(name)
    }

    /// The declaration of a named type. `side` is the Worker in Rust: what it writes arrives, what it reads is sent.
    pub(super) fn declare(&self, name: &str, schema: &Value, side: Side, out: &mut String) {
        let about = schema.get("description").and_then(Value::as_str).unwrap_or_default();
        let sent = side == Side::Reader;
        let about = if sent {
            format!("{about}\n\nAs it may be sent to a Worker in Rust.")
        } else {
            about.to_owned()
        };
        docs(&about, "", out);
        let name = self.name(name, side);
        let body = self.body(schema, side, 0);
        if matches!(shape(schema, self.definitions, side), Shape::Record(_))
            && body.starts_with('{')
            && !body.contains("} & ")
        {
            push(out, format_args!("export interface {name} {body}\n"));
        } else {
            let space = if body.starts_with('\n') { "" } else { " " };
            push(out, format_args!("export type {name} ={space}{body};\n"));
        }
    }

    /// A type where it is used.
    pub(super) fn ty(&self, schema: &Value, side: Side, depth: usize) -> String {
        match reference(schema) {
            Some(name) if self.definitions.contains_key(name) => self.name(name, side),
            _ => self.body(schema, side, depth),
        }
    }

    fn name(&self, name: &str, side: Side) -> String {
        let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        let plain = if self.taken.contains(&plain) { format!("{plain}Message") } else { plain };
        let suffix = if side == Side::Reader && self.differ(name) { TO_SEND } else { "" };
        format!("{plain}{suffix}")
    }

    /// A type written out.
    fn body(&self, schema: &Value, side: Side, depth: usize) -> String {
        let sent = side == Side::Reader;
        match shape(schema, self.definitions, side) {
            Shape::Any | Shape::Unknown(_) => "unknown".into(),
            Shape::Never => "never".into(),
            Shape::Null => "null".into(),
            Shape::Boolean => "boolean".into(),
            Shape::Integer { long: true, .. } if sent => "bigint | number".into(),
            Shape::Integer { long: true, .. } => "bigint".into(),
            Shape::Integer { .. } | Shape::Float { .. } => "number".into(),
            Shape::Bytes if sent => "Uint8Array | ArrayBuffer".into(),
            Shape::Bytes | Shape::Wide { .. } => "Uint8Array".into(),
            Shape::Stream => "ReadableStream".into(),
            Shape::Text(text) => match text.only {
                Some(only) => {
                    let names: Vec<String> =
                        only.iter().map(|name| Value::from(name.as_str()).to_string()).collect();
                    names.join(" | ")
                }
                None => "string".into(),
            },
            Shape::List(list) => {
                let item = self.ty(&list.items, side, depth);
                if item.contains(['|', '&']) && !item.starts_with('{') {
                    format!("({item})[]")
                } else {
                    format!("{item}[]")
                }
            }
            Shape::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.ty(item, side, depth)).collect();
                format!("[{}]", items.join(", "))
            }
            Shape::Record(record) => self.record(&record, side, depth),
            Shape::Choice { alternatives, .. } => self.union(&alternatives, side, depth),
        }
    }

    fn union(&self, alternatives: &[Value], side: Side, depth: usize) -> String {
        let mut members: Vec<String> = Vec::new();
        for alternative in alternatives {
            let member = self.ty(alternative, side, depth);
            if !members.contains(&member) {
                members.push(member);
            }
        }
        if members.len() > 1 {
            members.retain(|member| member != "never");
        }
        let documented = alternatives.iter().any(|alternative| alternative.get("description").is_some());
        if depth > 0 || !documented {
            return members.join(" | ");
        }
        // An enum's variants: one a line, each with its documentation.
        let indent = "  ";
        let mut out = String::new();
        for alternative in alternatives {
            let member = self.ty(alternative, side, depth + 1);
            out.push('\n');
            if let Some(about) = alternative.get("description").and_then(Value::as_str) {
                docs(about, indent, &mut out);
            }
            push(&mut out, format_args!("{indent}| {member}"));
        }
        out
    }

    fn record(&self, record: &Record, side: Side, depth: usize) -> String {
        let entries = match &record.others {
            Others::Kept(schema) => Some(schema),
            Others::Skipped | Others::Refused => record.patterns.values().next(),
        };
        let entries =
            entries.map(|schema| format!("{{ [key: string]: {} }}", self.ty(schema, side, depth + 1)));
        if record.fields.is_empty() {
            return entries.unwrap_or_else(|| "{}".into());
        }
        let indent = "  ".repeat(depth + 1);
        let mut out = "{\n".to_owned();
        for (name, field) in &record.fields {
            if let Some(about) = field.schema.get("description").and_then(Value::as_str) {
                let default =
                    field.schema.get("default").filter(|default| side == Side::Reader && !default.is_null());
                let default = default
                    .map(|default| format!("\n\n@defaultValue `{}`", canonical::json(default)))
                    .unwrap_or_default();
                docs(&format!("{about}{default}"), &indent, &mut out);
            }
            let optional = if field.always { "" } else { "?" };
            let ty = self.ty(&field.schema, side, depth + 1);
            push(&mut out, format_args!("{indent}{}{optional}: {ty};\n", key(name)));
        }
        push(&mut out, format_args!("{}}}", "  ".repeat(depth)));
        match entries {
            Some(entries) => format!("{out} & {entries}"),
            None => out,
        }
    }
}

/// A property's name, quoted where it must be.
pub(super) fn key(name: &str) -> String {
    let plain = |(index, c): (usize, char)| {
        c == '_' || c == '$' || c.is_ascii_alphabetic() || index > 0 && c.is_ascii_digit()
    };
    if !name.is_empty() && name.chars().enumerate().all(plain) {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

/// Documentation as TSDoc.
pub(super) fn docs(text: &str, indent: &str, out: &mut String) {
    let text = text.trim().replace("*/", "*\u{200b}/");
    let lines: Vec<&str> = text.lines().collect();
    match lines.as_slice() {
        [] => {}
        [line] => push(out, format_args!("{indent}/** {line} */\n")),
        lines => {
            push(out, format_args!("{indent}/**\n"));
            for line in lines {
                push(out, format_args!("{}\n", format!("{indent} * {line}").trim_end()));
            }
            push(out, format_args!("{indent} */\n"));
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_kind_of_value_has_a_type_as_it_arrives_and_as_it_may_be_sent() {
        let long = json!({"type": "integer", "format": "uint64"});
        let cases = [
            (json!(true), "unknown", "unknown"),
            (json!(false), "never", "never"),
            (json!({"type": "null"}), "null", "null"),
            (json!({"type": "boolean"}), "boolean", "boolean"),
            (json!({"type": "integer", "format": "uint32"}), "number", "number"),
            (json!({"type": "number", "format": "double"}), "number", "number"),
            (long.clone(), "bigint", "bigint | number"),
            (
                json!({"type": ["integer", "null"], "format": "int64"}),
                "bigint | null",
                "bigint | number | null",
            ),
            (json!({"type": "array", "items": long}), "bigint[]", "(bigint | number)[]"),
            (json!({"type": "string", "format": "bytes"}), "Uint8Array", "Uint8Array | ArrayBuffer"),
            (json!({"type": "string", "format": "stream"}), "ReadableStream", "ReadableStream"),
            (json!({"type": "string", "enum": ["a", "b\"c"]}), r#""a" | "b\"c""#, r#""a" | "b\"c""#),
            (
                json!({"type": "array", "prefixItems": [{"type": "string"}, {"type": "boolean"}]}),
                "[string, boolean]",
                "[string, boolean]",
            ),
            (
                json!({"type": "object", "additionalProperties": {"type": "string"}}),
                "{ [key: string]: string }",
                "{ [key: string]: string }",
            ),
            (
                json!({"type": "object", "properties": {"a-b": {"type": "string"}}, "x-always-written": ["a-b"]}),
                "{\n  \"a-b\": string;\n}",
                "{\n  \"a-b\"?: string;\n}",
            ),
            (
                json!({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
                "string | string[]",
                "string | string[]",
            ),
        ];
        let definitions = Definitions::new();
        let names = Names::of("Jobs", &definitions);
        for (schema, arrives, sent) in cases {
            assert_eq!(names.ty(&schema, Side::Writer, 0), arrives, "{schema}");
            assert_eq!(names.ty(&schema, Side::Reader, 0), sent, "{schema}");
        }
    }

    #[test]
    fn a_type_that_holds_one_of_two_forms_has_two_forms_and_no_name_is_taken_twice() {
        let of = |target: &str| json!({"type": "object", "properties": {"a": {"$ref": format!("#/$defs/{target}")}}});
        let definitions = Definitions::from([
            ("Inner".to_owned(), json!({"type": "integer", "format": "int64"})),
            ("Jobs".to_owned(), of("Plain")),
            ("Outer".to_owned(), of("Inner")),
            ("Plain".to_owned(), json!({"type": "string"})),
        ]);
        let names = Names::of("Jobs", &definitions);
        let name = |of: &str, side| names.ty(&json!({"$ref": format!("#/$defs/{of}")}), side, 0);
        assert_eq!(
            (name("Outer", Side::Writer), name("Outer", Side::Reader)),
            ("Outer".into(), "OuterInput".into())
        );
        assert_eq!(
            (name("Plain", Side::Writer), name("Plain", Side::Reader)),
            ("Plain".into(), "Plain".into())
        );
        assert_eq!(name("Jobs", Side::Writer), "JobsMessage");
    }

    #[test]
    fn documentation_cannot_end_its_comment() {
        let mut out = String::new();
        docs("a */ b\n\nc", "  ", &mut out);
        assert_eq!(out, "  /**\n   * a *\u{200b}/ b\n   *\n   * c\n   */\n");
    }
}
