//! Whether a reader could take anything that a writer writes for one of its alternatives.

use serde_json::Value;

use crate::shape::{Definitions, Others, Record, Shape, Side, Text, shape};

/// A writer's or a reader's schema with the definitions that it refers to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End<'a> {
    pub(crate) schema: &'a Value,
    pub(crate) definitions: &'a Definitions,
    pub(crate) side: Side,
}

impl<'a> End<'a> {
    pub(crate) fn shape(self) -> Shape {
        shape(self.schema, self.definitions, self.side)
    }

    /// Another schema of the same document.
    pub(crate) fn at<'b>(self, schema: &'b Value) -> End<'b>
    where
        'a: 'b,
    {
        End { schema, ..self }
    }
}

/// How deep two schemas are compared before they count as overlapping, which is the careful answer.
const DEPTH: u8 = 8;

/// Whether some value that `writer` may write could be read as `reader`.
pub(crate) fn may_read(writer: End<'_>, reader: End<'_>) -> bool {
    overlap(writer, reader, DEPTH)
}

fn overlap(writer: End<'_>, reader: End<'_>, depth: u8) -> bool {
    let Some(depth) = depth.checked_sub(1) else { return true };
    match (writer.shape(), reader.shape()) {
        (Shape::Never, _) | (_, Shape::Never) => false,
        (Shape::Any | Shape::Unknown(_), _) | (_, Shape::Any | Shape::Unknown(_)) => true,
        (Shape::Choice { alternatives, .. }, _) => {
            alternatives.iter().any(|alternative| overlap(writer.at(alternative), reader, depth))
        }
        (_, Shape::Choice { alternatives, .. }) => {
            alternatives.iter().any(|alternative| overlap(writer, reader.at(alternative), depth))
        }
        (Shape::Integer { least, most, .. }, Shape::Integer { least: from, most: to, .. }) => {
            least <= to && from <= most
        }
        (Shape::Integer { .. } | Shape::Float { .. }, Shape::Float { .. }) => true,
        (Shape::Text(written), Shape::Text(read)) => texts(&written, &read),
        (Shape::List(written), Shape::Bytes) => {
            written.least == 0 || overlap(writer.at(&written.items), reader.at(&octet()), depth)
        }
        (Shape::List(written), Shape::List(read)) => {
            let long_enough = written.most.is_none_or(|most| read.least <= most);
            let short_enough = read.most.is_none_or(|most| written.least <= most);
            let items = || overlap(writer.at(&written.items), reader.at(&read.items), depth);
            long_enough && short_enough && (written.least.max(read.least) == 0 || items())
        }
        (Shape::Tuple(written), Shape::Tuple(read)) => {
            written.len() == read.len()
                && written.iter().zip(&read).all(|(w, r)| overlap(writer.at(w), reader.at(r), depth))
        }
        (Shape::Tuple(written), Shape::List(read)) => {
            written.iter().all(|item| overlap(writer.at(item), reader.at(&read.items), depth))
        }
        (Shape::List(written), Shape::Tuple(read)) => {
            let length = u64::try_from(read.len()).unwrap_or(u64::MAX);
            written.least <= length && written.most.is_none_or(|most| length <= most)
        }
        (Shape::Record(written), Shape::Record(read)) => records(writer, &written, reader, &read, depth),
        (written, read) => std::mem::discriminant(&written) == std::mem::discriminant(&read),
    }
}

fn texts(written: &Text, read: &Text) -> bool {
    match (&written.only, &read.only) {
        (_, Some(_)) if read.other => true,
        (Some(written), Some(read)) => written.intersection(read).next().is_some(),
        _ => true,
    }
}

fn records(writer: End<'_>, written: &Record, reader: End<'_>, read: &Record, depth: u8) -> bool {
    let open = matches!(written.others, Others::Kept(_)) || !written.patterns.is_empty();
    let wanted = read.fields.iter().all(|(name, field)| {
        let names = std::iter::once(name).chain(&field.aliases);
        let sent: Vec<_> = names.filter_map(|name| written.fields.get(name)).collect();
        if sent.is_empty() {
            return open || !field.always;
        }
        sent.iter().any(|sent| {
            !(sent.always || field.always)
                || overlap(writer.at(&sent.schema), reader.at(&field.schema), depth)
        })
    });
    let refused = read.others == Others::Refused
        && written.fields.iter().any(|(name, field)| field.always && !knows(read, name));
    wanted && !refused
}

/// Whether a record has a field of this name, or one that is also known by it.
pub(crate) fn knows(record: &Record, name: &str) -> bool {
    record.fields.contains_key(name)
        || record.fields.values().any(|field| field.aliases.iter().any(|alias| alias == name))
}

/// One byte as a number.
pub(crate) fn octet() -> Value {
    serde_json::json!({"type": "integer", "format": "uint8"})
}
