//! What stands between a writer and a reader.

use crate::words::Age;

/// One reason why something that a writer may write is not understood, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The names that lead to the place: fields, variants, and `[]` for the items of a list.
    pub place: Vec<String>,
    /// What is wrong there.
    pub problem: Problem,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The reader requires a field that the writer does not know.
    Missing(String),
    /// The reader requires a field that the writer may leave out.
    MayBeLeftOut(String),
    /// The writer writes a field under two names that mean the same to the reader.
    WrittenTwice(String),
    /// The reader refuses fields that it does not know, and the writer writes one.
    Refused(String),
    /// The writer may write a variant that the reader does not know.
    UnknownVariant(String),
    /// The writer may write null, and the reader wants a value.
    Null,
    /// Another kind of value: what is written, what is read.
    Kind(String, String),
    /// Numbers outside what the reader takes: what is written, what is read.
    Range(String, String),
    /// Numbers that lose digits: what is written, what is read.
    Inexact(String, String),
    /// Text that the reader may refuse: what is written, what is read.
    Text(String, String),
    /// Lists of another length: what is written, what is read.
    Length(String, String),
    /// A list whose repeated items the reader would drop.
    Repeated,
    /// A value that the reader may take for another of its alternatives.
    Ambiguous,
    /// A change that these rules have no judgement on.
    Unjudged,
}

impl Obstacle {
    /// A clause such as "field `schedule.at` is new and required", where the writer is of age `writer`.
    pub(crate) fn clause(&self, writer: Age) -> String {
        let new = |yes: &'static str, no: &'static str| if writer == Age::New { yes } else { no };
        let within = |name: &str| {
            let mut place = self.place.clone();
            place.push(name.to_owned());
            path(&place)
        };
        let here = if self.place.is_empty() { "it".to_owned() } else { format!("`{}`", path(&self.place)) };
        match &self.problem {
            Problem::Missing(name) => {
                format!("field `{}` is {}", within(name), new("gone and was required", "new and required"))
            }
            Problem::MayBeLeftOut(name) => {
                let change =
                    new("may now be left out and was required", "is now required and could be left out");
                format!("field `{}` {change}", within(name))
            }
            Problem::WrittenTwice(name) => {
                format!("field `{}` would be sent under two names that are read as one", within(name))
            }
            Problem::Refused(name) => {
                format!("field `{}` is {}, and unknown fields are refused", within(name), new("new", "gone"))
            }
            Problem::UnknownVariant(name) if self.place.is_empty() => {
                format!("variant `{name}` is {}", new("new", "gone"))
            }
            Problem::UnknownVariant(name) => {
                format!("variant `{name}` of {here} is {}", new("new", "gone"))
            }
            Problem::Null => format!("{here} may be null, where a value is wanted"),
            Problem::Kind(written, read) => format!("{here} is sent as {written} and read as {read}"),
            Problem::Range(written, read) => {
                format!("{here} is sent as {written} and read as {read}, which holds less")
            }
            Problem::Inexact(written, read) => {
                format!("{here} is sent as {written} and read as {read}, which loses digits")
            }
            Problem::Text(written, read) => {
                format!("{here} is sent as {written} and read as {read}, which takes less")
            }
            Problem::Length(written, read) => format!("{here} is sent as {written} and read as {read}"),
            Problem::Repeated => format!("{here} may hold an item twice and is read as a set"),
            Problem::Ambiguous => format!("{here} may be taken for another of its alternatives"),
            Problem::Unjudged => {
                format!("{here} has changed in a way that these rules can't judge: compare the two by hand")
            }
        }
    }
}

/// Names as a path: `schedule.every.interval_ms`, `items[].id`.
fn path(place: &[String]) -> String {
    place.join(".").replace(".[]", "[]")
}
