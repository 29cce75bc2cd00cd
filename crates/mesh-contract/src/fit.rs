//! Whether everything that a writer may write is understood by a reader, and nothing that the reader knows is lost.

use std::collections::HashSet;

use serde_json::Value;

use crate::alternatives;
use crate::obstacle::{Obstacle, Problem};
use crate::overlap::{End, knows, octet};
use crate::shape::{Definitions, Field, List, Others, Record, Shape, Side, Text, reference};
use crate::words::{a_list, a_number, a_text, kind};

/// A schema and the definitions that it refers to.
#[derive(Debug, Clone, Copy)]
pub struct SchemaNode<'a> {
    /// The schema.
    pub schema: &'a Value,
    /// The definitions by name.
    pub definitions: &'a Definitions,
}

/// What stands against `reader` reading all that `writer` may write. Empty when nothing does.
#[must_use]
pub fn obstacles(writer: SchemaNode<'_>, reader: SchemaNode<'_>) -> Vec<Obstacle> {
    let mut fit = Fit::default();
    let writer = End { schema: writer.schema, definitions: writer.definitions, side: Side::Writer };
    let reader = End { schema: reader.schema, definitions: reader.definitions, side: Side::Reader };
    fit.check(writer, reader);
    fit.found
}

/// As [`obstacles`], for a writer that may leave out whatever the old contract let it: one that is written by hand, in
/// TypeScript say, where a Rust build always writes all fields.
pub(crate) fn obstacles_by_hand(writer: SchemaNode<'_>, reader: SchemaNode<'_>) -> Vec<Obstacle> {
    let mut fit = Fit::default();
    let writer = End { schema: writer.schema, definitions: writer.definitions, side: Side::Reader };
    let reader = End { schema: reader.schema, definitions: reader.definitions, side: Side::Reader };
    fit.check(writer, reader);
    fit.found.retain(|obstacle| matches!(obstacle.problem, Problem::MayBeLeftOut(_)));
    fit.found
}

/// A walk through two schemas at once.
#[derive(Default)]
pub(crate) struct Fit {
    place: Vec<String>,
    found: Vec<Obstacle>,
    /// Pairs of definitions that are being compared further up, or were: a type that contains itself ends here.
    seen: HashSet<(String, String)>,
}

impl Fit {
    pub(crate) fn check(&mut self, writer: End<'_>, reader: End<'_>) {
        if let (Some(written), Some(read)) = (reference(writer.schema), reference(reader.schema))
            && !self.seen.insert((written.to_owned(), read.to_owned()))
        {
            return;
        }
        let (written, read) = (writer.shape(), reader.shape());
        match (&written, &read) {
            (Shape::Never, _) | (_, Shape::Any) => {}
            (Shape::Unknown(one), Shape::Unknown(other)) if one == other => {}
            (Shape::Unknown(_), _) | (_, Shape::Unknown(_)) => self.add(Problem::Unjudged),
            (Shape::Choice { alternatives, .. }, _) => {
                for alternative in alternatives {
                    self.check(writer.at(alternative), reader);
                }
            }
            (_, Shape::Choice { alternatives, ordered }) => {
                alternatives::check(self, writer, reader, alternatives, *ordered);
            }
            (Shape::Null, Shape::Null) | (Shape::Boolean, Shape::Boolean) => {}
            (Shape::Bytes, Shape::Bytes) | (Shape::Stream, Shape::Stream) => {}
            (Shape::Wide { signed: one }, Shape::Wide { signed: other }) if one == other => {}
            (Shape::Null, _) => self.add(Problem::Null),
            (Shape::Integer { least, most, .. }, Shape::Integer { least: from, most: to, .. }) => {
                if least < from || most > to {
                    self.add(Problem::Range(a_number(&written), a_number(&read)));
                }
            }
            (Shape::Integer { least, most, .. }, Shape::Float { single }) => {
                // Up to here every whole number has a float of its own.
                let exact = if *single { 1 << 24 } else { 1 << 53 };
                if *least < -exact || *most > exact {
                    self.add(Problem::Inexact(a_number(&written), a_number(&read)));
                }
            }
            (Shape::Float { single: one }, Shape::Float { single: other }) => {
                if *other && !one {
                    self.add(Problem::Inexact(a_number(&written), a_number(&read)));
                }
            }
            (Shape::Text(one), Shape::Text(other)) => self.texts(one, other),
            (Shape::List(one), Shape::Bytes) => {
                self.within("[]", |fit| fit.check(writer.at(&one.items), reader.at(&octet())));
            }
            (Shape::List(one), Shape::List(other)) => self.lists(writer, one, reader, other),
            (Shape::Tuple(one), Shape::Tuple(other)) if one.len() == other.len() => {
                for (index, (one, other)) in one.iter().zip(other).enumerate() {
                    self.within(&index.to_string(), |fit| fit.check(writer.at(one), reader.at(other)));
                }
            }
            (Shape::Tuple(one), Shape::List(other)) if !other.distinct => {
                self.lengths(one.len() as u64, Some(one.len() as u64), other.least, other.most);
                for item in one {
                    self.within("[]", |fit| fit.check(writer.at(item), reader.at(&other.items)));
                }
            }
            (Shape::List(one), Shape::Tuple(other)) => {
                self.lengths(one.least, one.most, other.len() as u64, Some(other.len() as u64));
                for item in other {
                    self.within("[]", |fit| fit.check(writer.at(&one.items), reader.at(item)));
                }
            }
            (Shape::Record(one), Shape::Record(other)) => self.records(writer, one, reader, other),
            _ => self.add(Problem::Kind(kind(&written), kind(&read))),
        }
    }

    /// What stands against one of a reader's alternatives, looked at by itself.
    pub(crate) fn attempt(&self, writer: End<'_>, reader: End<'_>) -> Vec<Obstacle> {
        let mut fit = Self { place: self.place.clone(), found: Vec::new(), seen: self.seen.clone() };
        fit.check(writer, reader);
        fit.found
    }

    pub(crate) fn add(&mut self, problem: Problem) {
        self.found.push(Obstacle { place: self.place.clone(), problem });
    }

    pub(crate) fn extend(&mut self, found: Vec<Obstacle>) {
        self.found.extend(found);
    }

    fn within(&mut self, name: &str, work: impl FnOnce(&mut Self)) {
        self.place.push(name.to_owned());
        work(self);
        self.place.pop();
    }

    fn texts(&mut self, written: &Text, read: &Text) {
        let fits = match (&written.only, &read.only) {
            (Some(one), Some(other)) => {
                if !read.other {
                    for name in one.difference(other) {
                        self.add(Problem::UnknownVariant(name.clone()));
                    }
                }
                return;
            }
            (None, Some(_)) => read.other,
            // Listed texts are judged by their length; whether they match a pattern isn't looked into.
            (Some(one), None) => {
                read.format.is_none()
                    && read.pattern.is_none()
                    && one.iter().all(|text| {
                        let length = text.chars().count() as u64;
                        length >= read.shortest && read.longest.is_none_or(|longest| length <= longest)
                    })
            }
            (None, None) => {
                let same = |one: &Option<String>, other: &Option<String>| other.is_none() || one == other;
                same(&written.format, &read.format)
                    && same(&written.pattern, &read.pattern)
                    && written.shortest >= read.shortest
                    && read
                        .longest
                        .is_none_or(|limit| written.longest.is_some_and(|longest| longest <= limit))
            }
        };
        if !fits {
            self.add(Problem::Text(a_text(written), a_text(read)));
        }
    }

    fn lists(&mut self, writer: End<'_>, written: &List, reader: End<'_>, read: &List) {
        self.lengths(written.least, written.most, read.least, read.most);
        if read.distinct && !written.distinct {
            self.add(Problem::Repeated);
        }
        if written.most != Some(0) {
            self.within("[]", |fit| fit.check(writer.at(&written.items), reader.at(&read.items)));
        }
    }

    fn lengths(&mut self, least: u64, most: Option<u64>, from: u64, to: Option<u64>) {
        if least < from || to.is_some_and(|to| most.is_none_or(|most| most > to)) {
            self.add(Problem::Length(a_list(least, most), a_list(from, to)));
        }
    }

    fn records(&mut self, writer: End<'_>, written: &Record, reader: End<'_>, read: &Record) {
        for (name, field) in &read.fields {
            self.field(writer, written, reader, name, field);
        }
        for (name, field) in written.fields.iter().filter(|(name, _)| !knows(read, name)) {
            match &read.others {
                Others::Skipped => {}
                Others::Refused => self.add(Problem::Refused(name.clone())),
                Others::Kept(schema) => {
                    self.within(name, |fit| fit.check(writer.at(&field.schema), reader.at(schema)));
                }
            }
        }
        let entries = written.patterns.iter().map(|(pattern, schema)| (pattern.as_str(), schema));
        let rest = match &written.others {
            Others::Kept(schema) => Some(("*", schema)),
            _ => None,
        };
        for (pattern, schema) in entries.chain(rest) {
            match (read.patterns.get(pattern), &read.others) {
                (Some(other), _) => {
                    self.within(pattern, |fit| fit.check(writer.at(schema), reader.at(other)));
                }
                // Keys that are numbers travel as numbers.
                (None, Others::Kept(_)) if is_number(pattern) => self.add(keys("numbers", "text")),
                (None, Others::Kept(other)) => {
                    self.within(pattern, |fit| fit.check(writer.at(schema), reader.at(other)));
                }
                (None, Others::Skipped) if read.patterns.is_empty() => {}
                (None, _) => match read.patterns.keys().find(|key| is_number(key)) {
                    Some(wider) if pattern == UNSIGNED && wider == SIGNED => {
                        let other = &read.patterns[wider];
                        self.within(pattern, |fit| fit.check(writer.at(schema), reader.at(other)));
                    }
                    Some(_) if is_number(pattern) => self.add(keys("whole numbers", "positive numbers")),
                    Some(_) => self.add(keys("text", "numbers")),
                    None => self.add(Problem::Refused(pattern.to_owned())),
                },
            }
        }
    }

    /// One field of the reader's.
    fn field(&mut self, writer: End<'_>, written: &Record, reader: End<'_>, name: &str, field: &Field) {
        let names = std::iter::once(name).chain(field.aliases.iter().map(String::as_str));
        let sent: Vec<_> = names.filter_map(|name| Some((name, written.fields.get(name)?))).collect();
        match sent.as_slice() {
            [] => match &written.others {
                Others::Kept(schema) => {
                    if field.always {
                        self.add(Problem::MayBeLeftOut(name.to_owned()));
                    }
                    self.within(name, |fit| fit.check(writer.at(schema), reader.at(&field.schema)));
                }
                _ if field.always => self.add(Problem::Missing(name.to_owned())),
                _ => {}
            },
            [(sent_name, sent)] => {
                if field.always && !sent.always {
                    self.add(Problem::MayBeLeftOut((*sent_name).to_owned()));
                }
                self.within(sent_name, |fit| fit.check(writer.at(&sent.schema), reader.at(&field.schema)));
            }
            _ => self.add(Problem::WrittenTwice(name.to_owned())),
        }
    }
}

/// What `schemars` writes for the keys of a map by unsigned numbers.
const UNSIGNED: &str = r"^\d+$";
/// … and by signed ones.
const SIGNED: &str = r"^-?\d+$";

fn is_number(pattern: &str) -> bool {
    pattern == UNSIGNED || pattern == SIGNED
}

fn keys(written: &str, read: &str) -> Problem {
    Problem::Kind(format!("a map by {written}"), format!("a map by {read}"))
}
