//! Enums and options: which of a reader's alternatives takes what a writer writes.

use serde_json::Value;

use crate::fit::Fit;
use crate::obstacle::Problem;
use crate::overlap::{End, knows, may_read};
use crate::shape::{Record, Shape};
use crate::words::{kind, variant};

/// Checks one of a writer's values against a reader's alternatives. `ordered` readers take the first that fits.
pub(crate) fn check(fit: &mut Fit, writer: End<'_>, reader: End<'_>, alternatives: &[Value], ordered: bool) {
    let shape = writer.shape();
    let mut candidates: Vec<&Value> =
        alternatives.iter().filter(|one| may_read(writer, reader.at(one))).collect();
    // The variant that stands for unknown ones is asked last: it takes what no other does.
    if candidates.iter().any(|one| !stands_for_others(reader.at(one))) {
        candidates.retain(|one| !stands_for_others(reader.at(one)));
    }
    let attempts: Vec<_> = candidates.iter().map(|one| fit.attempt(writer, reader.at(one))).collect();
    let fitting = attempts.iter().position(Vec::is_empty);
    match (fitting, &shape) {
        (Some(first), Shape::Record(written)) if ordered => {
            // Those before it take some of the values; those after it may know fields that it would drop.
            let first_record = reader.at(candidates[first]).shape();
            let later = candidates[first..].iter().zip(&attempts[first..]);
            let richer = later
                .filter(|(_, attempt)| attempt.is_empty())
                .any(|(one, _)| drops(written, &first_record, &reader.at(one).shape()));
            if first > 0 || richer {
                fit.add(Problem::Ambiguous);
            }
        }
        (Some(_), _) => {}
        (None, Shape::Null) => fit.add(Problem::Null),
        (None, Shape::Text(text)) => match (&text.only, attempts.into_iter().next()) {
            (Some(names), _) => {
                let known = |name: &&String| !alternatives.iter().any(|one| takes(reader.at(one), name));
                names.iter().filter(known).for_each(|name| fit.add(Problem::UnknownVariant(name.clone())));
            }
            (None, Some(attempt)) => fit.extend(attempt),
            (None, None) => unknown(fit, &shape, reader),
        },
        (None, _) => match attempts.into_iter().min_by_key(Vec::len) {
            Some(attempt) => fit.extend(attempt),
            None => unknown(fit, &shape, reader),
        },
    }
}

fn unknown(fit: &mut Fit, written: &Shape, reader: End<'_>) {
    fit.add(match variant(written) {
        Some(name) => Problem::UnknownVariant(name),
        None => Problem::Kind(kind(written), kind(&reader.shape())),
    });
}

fn stands_for_others(reader: End<'_>) -> bool {
    match reader.shape() {
        Shape::Text(text) => text.other,
        Shape::Record(record) => record.fields.values().any(|field| {
            field.always && matches!(reader.at(&field.schema).shape(), Shape::Text(text) if text.other)
        }),
        _ => false,
    }
}

/// Whether an alternative is, or has among its texts, this one.
fn takes(reader: End<'_>, name: &str) -> bool {
    match reader.shape() {
        Shape::Text(text) => text.other || text.only.is_none_or(|only| only.contains(name)),
        _ => false,
    }
}

/// Whether `first` would skip a written field that `later` knows.
fn drops(written: &Record, first: &Shape, later: &Shape) -> bool {
    let (Shape::Record(first), Shape::Record(later)) = (first, later) else { return false };
    written.fields.keys().any(|name| knows(later, name) && !knows(first, name))
}
