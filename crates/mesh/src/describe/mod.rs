//! Contracts as documents, made from the Rust types. Native only: a Worker carries no schemas.
//!
//! `#[mesh::service(contract = "…")]` implements [`Described`]. A test lists the contracts that shall be kept and asks
//! [`compare_folder`]; with an environment variable set it calls [`write_folder`] first.

mod folder;

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::generate::{SchemaGenerator, SchemaSettings};
use schemars::{JsonSchema, Schema, json_schema};
use serde_json::Value;

use mesh_contract::Event as EventDocument;
pub use mesh_contract::{Body, Document, Method};

pub use folder::{FolderError, compare_folder, write_folder};

use crate::workflow::{Definition, Event};
use crate::{ByteStream, Bytes, CallContext};

/// A contract that can say all that it speaks.
pub trait Described {
    /// Its document.
    fn document() -> Document;
}

/// Collects the members of a contract and the schemas that they use.
pub struct Description {
    name: &'static str,
    docs: &'static str,
    read: SchemaGenerator,
    written: SchemaGenerator,
    methods: BTreeMap<String, Method>,
    events: BTreeMap<String, EventDocument>,
}

/// A context whose scope travels with each call.
pub trait ScopedContext {
    /// On whose behalf calls are made.
    type Scope;
}

impl<S> ScopedContext for CallContext<S> {
    type Scope = S;
}

impl Description {
    /// Of a contract with a name and its documentation.
    #[must_use]
    pub fn new(name: &'static str, docs: &'static str) -> Self {
        let settings = SchemaSettings::draft2020_12;
        Self {
            name,
            docs,
            read: settings().for_deserialize().into_generator(),
            written: settings().for_serialize().into_generator(),
            methods: BTreeMap::new(),
            events: BTreeMap::new(),
        }
    }

    /// Adds a method with its context, request, reply and error.
    #[must_use]
    pub fn method<C, Q, R, E>(mut self, name: &str, docs: &str, idempotent: bool) -> Self
    where
        C: ScopedContext<Scope: JsonSchema>,
        Q: JsonSchema,
        R: JsonSchema,
        E: JsonSchema,
    {
        let method = Method {
            docs: plain(docs),
            idempotent,
            scope: self.schema::<C::Scope>(),
            request: self.schema::<Q>(),
            reply: self.schema::<R>(),
            error: self.schema::<E>(),
        };
        self.methods.insert(name.into(), method);
        self
    }

    /// Adds an event that a workflow waits for.
    #[must_use]
    pub fn event<E: Event + JsonSchema>(mut self, docs: &str) -> Self {
        let payload = self.schema::<E>();
        self.events.insert(E::TYPE.into(), EventDocument { docs: plain(docs), payload });
        self
    }

    /// The document of a service.
    #[must_use]
    pub fn service(mut self) -> Document {
        let methods = std::mem::take(&mut self.methods);
        self.document(Body::Service { methods })
    }

    /// The document of a workflow, with the events that were added.
    #[must_use]
    pub fn workflow<W>(mut self) -> Document
    where
        W: Definition<Input: JsonSchema, Output: JsonSchema, Error: JsonSchema>,
    {
        let (input, output) = (self.schema::<W::Input>(), self.schema::<W::Output>());
        let (error, events) = (self.schema::<W::Error>(), std::mem::take(&mut self.events));
        self.document(Body::Workflow { input, output, error, events })
    }

    /// What is read and what is written of a type, in one.
    fn schema<T: JsonSchema>(&mut self) -> Value {
        let read = self.read.subschema_for::<T>().to_value();
        let written = self.written.subschema_for::<T>().to_value();
        mesh_contract::both_directions(&read, &written)
    }

    fn document(mut self, body: Body) -> Document {
        let mut read = self.read.take_definitions(true);
        let mut definitions = BTreeMap::new();
        for (name, written) in self.written.take_definitions(true) {
            let joint = match read.remove(&name) {
                Some(read) => mesh_contract::both_directions(&read, &written),
                None => written,
            };
            definitions.insert(name, joint);
        }
        definitions.extend(read);
        let docs = plain(self.docs);
        let mut document =
            Document { name: self.name.into(), docs, fingerprint: String::new(), body, definitions };
        document.fingerprint = format!("{:016x}", document.fingerprint());
        document
    }
}

/// Documentation as rustdoc has it, each line with a space before it, as plain lines.
fn plain(docs: &str) -> String {
    docs.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Bytes are no JSON; `format: bytes` on a string is how these documents write them.
impl JsonSchema for Bytes {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Bytes".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "bytes" })
    }
}

/// As [`Bytes`], with `format: stream`.
impl JsonSchema for ByteStream {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "ByteStream".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "stream" })
    }
}
