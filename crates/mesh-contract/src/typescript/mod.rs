//! A contract's types for Workers in TypeScript: to call it with plain objects, and to implement it.
//!
//! A Worker in Rust always writes every field and a 64-bit integer as a `bigint`; it reads what its defaults let be left
//! out, and a whole `number` as well. So a type whose two sides differ is declared twice: under its own name as it
//! arrives from Rust, and with [`TO_SEND`] behind it as it may be sent there.

mod types;

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::document::{Body, Document, Method};
use crate::shape::Side;

use types::{Names, docs};

/// What every contract has in common: `mesh.d.ts`.
pub const MESH_DECLARATIONS: &str = include_str!("mesh.d.ts");

/// Ends the names of types as they may be sent to a Worker in Rust, where they arrive from one in another form.
const TO_SEND: &str = "Input";

/// The declarations of one contract: the text of `<name>.d.ts`.
#[must_use]
pub fn declarations(document: &Document) -> String {
    let names = Names::of(&document.name, &document.definitions);
    let mut out = format!(
        "// The contract `{}`. Written from the Rust types: change those instead.\n\n",
        document.name
    );
    match &document.body {
        Body::Service { methods } => {
            out.push_str("import type { Answer, Context, ReceivedContext } from \"./mesh.js\";\n\n");
            service(document, methods, &names, &mut out);
        }
        Body::Workflow { input, output, error, events } => {
            docs(&document.docs, "", &mut out);
            let send = |schema| names.ty(schema, Side::Reader, 1);
            push(&mut out, format_args!("export interface {} {{\n", document.name));
            push(&mut out, format_args!("  input: {};\n", send(input)));
            push(&mut out, format_args!("  output: {};\n", names.ty(output, Side::Writer, 1)));
            push(&mut out, format_args!("  error: {};\n", names.ty(error, Side::Writer, 1)));
            out.push_str("  events: {\n");
            for (name, event) in events {
                docs(&event.docs, "    ", &mut out);
                push(&mut out, format_args!("    {}: {};\n", types::key(name), send(&event.payload)));
            }
            out.push_str("  };\n}\n");
        }
    }
    for (name, schema) in &document.definitions {
        out.push('\n');
        names.declare(name, schema, Side::Writer, &mut out);
        if names.differ(name) {
            out.push('\n');
            names.declare(name, schema, Side::Reader, &mut out);
        }
    }
    out
}

/// The interface that callers see, and the one that a Worker in TypeScript implements to be called from Rust.
fn service(document: &Document, methods: &BTreeMap<String, Method>, names: &Names<'_>, out: &mut String) {
    let Document { name, docs: about, .. } = document;
    docs(&format!("{about}\n\nA binding to it has these methods."), "", out);
    push(out, format_args!("export interface {name} {{\n"));
    for (method, of) in methods {
        let ty = |schema, side| names.ty(schema, side, 1);
        docs(&of.docs, "  ", out);
        push(
            out,
            format_args!(
                "  {}(request: {}, context: Context<{}>): Promise<Answer<{}, {}>>;\n",
                types::key(method),
                ty(&of.request, Side::Reader),
                ty(&of.scope, Side::Reader),
                ty(&of.reply, Side::Writer),
                ty(&of.error, Side::Writer),
            ),
        );
    }
    out.push_str("}\n\n");
    docs(
        &format!(
            "What a WorkerEntrypoint in TypeScript implements, so that Workers in Rust can call it as [`{name}`]."
        ),
        "",
        out,
    );
    push(out, format_args!("export interface {name}Implementation {{\n"));
    for (method, of) in methods {
        let ty = |schema, side| names.ty(schema, side, 1);
        docs(&of.docs, "  ", out);
        push(
            out,
            format_args!(
                "  {}(request: {}, context: ReceivedContext<{}>): Promise<Answer<{}, {}>>;\n",
                types::key(method),
                ty(&of.request, Side::Writer),
                ty(&of.scope, Side::Writer),
                ty(&of.reply, Side::Reader),
                ty(&of.error, Side::Reader),
            ),
        );
    }
    out.push_str("}\n");
}

fn push(out: &mut String, text: std::fmt::Arguments<'_>) {
    // Writing to a string has no way to fail.
    let _ = out.write_fmt(text);
}
