//! A JSON Schema seen as what it allows, one level at a time, for one direction.
//!
//! Only what `schemars` writes for serde's types is understood. Anything else is [`Shape::Unknown`], which fits
//! nothing but itself: a change of it is never called compatible.

mod combine;
mod read;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

pub(crate) use read::{reference, shape};

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
