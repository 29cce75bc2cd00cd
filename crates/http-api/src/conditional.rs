//! Conditional requests and ranges (RFC 9110, sections 13 and 14), of things that do not change.

use std::time::{Duration, UNIX_EPOCH};

/// By what a client knows a thing that it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validators {
    /// The strong entity tag, with its quotes.
    pub etag: String,
    /// When it was last modified, in Unix seconds.
    pub modified_s: u64,
}

/// What the conditions of a request come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Answer.
    Proceed,
    /// The client has it: 304.
    NotModified,
    /// A condition does not hold: 412.
    Failed,
}

/// What part of a thing is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// All of it: 200. Also of what asks for several ranges, or says something that is no range of bytes.
    Whole,
    /// One range: 206.
    Range {
        /// The first byte, from 0.
        offset: u64,
        /// How many, at least 1.
        length: u64,
    },
    /// None of it is there: 416.
    Unsatisfiable,
}

impl Validators {
    /// The value of `Last-Modified`.
    #[must_use]
    pub fn last_modified(&self) -> String {
        httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(self.modified_s))
    }

    /// Judges a request to read by its headers, in the order of section 13.2.2. A condition that cannot be read is
    /// passed over, as the standard has it.
    pub fn judge<'h>(&self, header: impl Fn(&str) -> Option<&'h str>) -> Verdict {
        if let Some(tags) = header("if-match") {
            if !any(tags, |tag| tag == "*" || tag == self.etag) {
                return Verdict::Failed;
            }
        } else if header("if-unmodified-since").and_then(seconds).is_some_and(|since| self.modified_s > since)
        {
            return Verdict::Failed;
        }
        let known = match header("if-none-match") {
            Some(tags) => any(tags, |tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == self.etag),
            None => {
                header("if-modified-since").and_then(seconds).is_some_and(|since| self.modified_s <= since)
            }
        };
        if known { Verdict::NotModified } else { Verdict::Proceed }
    }

    /// Which part of `size` bytes a request asks for by `Range` and `If-Range`.
    pub fn part<'h>(&self, size: u64, header: impl Fn(&str) -> Option<&'h str>) -> Part {
        let Some(range) = header("range") else { return Part::Whole };
        // A weak tag never matches here, and a date only if it is the very same.
        let same = |known: &str| known == self.etag || seconds(known) == Some(self.modified_s);
        if header("if-range").is_some_and(|known| !same(known.trim())) {
            return Part::Whole;
        }
        range_of(range, size).unwrap_or(Part::Whole)
    }
}

/// The one range that is asked for; none where it is none that this surface knows.
fn range_of(range: &str, size: u64) -> Option<Part> {
    let (unit, spec) = range.split_once('=')?;
    if !unit.trim().eq_ignore_ascii_case("bytes") {
        return None;
    }
    let (first, last) = spec.trim().split_once('-')?;
    if first.is_empty() {
        let length = number(last)?.min(size);
        let range = Part::Range { offset: size - length, length };
        return Some(if length == 0 { Part::Unsatisfiable } else { range });
    }
    let first = number(first)?;
    let last = if last.is_empty() { u64::MAX } else { number(last)? };
    if last < first {
        return None;
    }
    if first >= size {
        return Some(Part::Unsatisfiable);
    }
    Some(Part::Range { offset: first, length: last.min(size - 1) - first + 1 })
}

/// Digits alone; more of them than fit are as many as there are.
fn number(digits: &str) -> Option<u64> {
    let good = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| digits.parse().unwrap_or(u64::MAX))
}

fn any(tags: &str, is: impl Fn(&str) -> bool) -> bool {
    tags.split(',').map(str::trim).any(is)
}

/// An HTTP date in Unix seconds.
fn seconds(date: &str) -> Option<u64> {
    let time = httpdate::parse_http_date(date.trim()).ok()?;
    time.duration_since(UNIX_EPOCH).ok().map(|since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT: &str = "Sat, 22 Nov 2025 20:00:00 GMT";
    const BEFORE: &str = "Sat, 22 Nov 2025 19:59:59 GMT";
    const AFTER: &str = "Sat, 22 Nov 2025 20:00:01 GMT";

    fn known() -> Validators {
        Validators { etag: "\"ab\"".into(), modified_s: seconds(AT).unwrap() }
    }

    fn find<'h>(headers: &'h [(&'h str, &'h str)]) -> impl Fn(&str) -> Option<&'h str> {
        move |name| headers.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    #[test]
    fn conditions_are_judged_in_the_order_of_the_standard() {
        use Verdict::{Failed, NotModified, Proceed};
        let check = |headers: &[(&str, &str)], expect: Verdict| {
            assert_eq!(known().judge(find(headers)), expect, "{headers:?}");
        };
        check(&[], Proceed);
        check(&[("if-match", "\"ab\"")], Proceed);
        check(&[("if-match", "\"x\", \"ab\"")], Proceed);
        check(&[("if-match", "*")], Proceed);
        check(&[("if-match", "W/\"ab\"")], Failed);
        check(&[("if-match", "\"x\"")], Failed);
        check(&[("if-match", "\"ab\""), ("if-unmodified-since", BEFORE)], Proceed);
        check(&[("if-unmodified-since", BEFORE)], Failed);
        check(&[("if-unmodified-since", AT)], Proceed);
        check(&[("if-unmodified-since", "yesterday")], Proceed);
        check(&[("if-none-match", "W/\"ab\"")], NotModified);
        check(&[("if-none-match", "*")], NotModified);
        check(&[("if-none-match", "\"x\""), ("if-modified-since", AFTER)], Proceed);
        check(&[("if-modified-since", AT)], NotModified);
        check(&[("if-modified-since", AFTER)], NotModified);
        check(&[("if-modified-since", BEFORE)], Proceed);
        check(&[("if-match", "\"x\""), ("if-none-match", "\"ab\"")], Failed);
        check(&[("if-match", "\"ab\""), ("if-none-match", "\"ab\"")], NotModified);
    }

    #[test]
    fn a_range_is_cut_to_what_is_there() {
        let range = |offset: u64, length: u64| Part::Range { offset, length };
        let check = |header: &str, size: u64, expect: Part| {
            assert_eq!(known().part(size, find(&[("range", header)])), expect, "{header} of {size}");
        };
        check("bytes=0-0", 10, range(0, 1));
        check("bytes=2-5", 10, range(2, 4));
        check("bytes=2-", 10, range(2, 8));
        check("bytes=2-99999999999999999999999", 10, range(2, 8));
        check("bytes=-3", 10, range(7, 3));
        check("bytes=-30", 10, range(0, 10));
        check("Bytes = 1-1", 10, range(1, 1));
        check("bytes=10-", 10, Part::Unsatisfiable);
        check("bytes=99999999999999999999999-", 10, Part::Unsatisfiable);
        check("bytes=-0", 10, Part::Unsatisfiable);
        check("bytes=0-", 0, Part::Unsatisfiable);
        check("bytes=-5", 0, Part::Unsatisfiable);
        for whole in [
            "bytes=0-1,3-4",
            "bytes=5-2",
            "bytes=a-b",
            "bytes=-",
            "items=0-1",
            "bytes",
            "bytes=--1",
            "bytes=+1-2",
        ] {
            check(whole, 10, Part::Whole);
        }
    }

    #[test]
    fn a_range_of_another_version_is_the_whole() {
        let check = |if_range: &str, part: bool| {
            let found = known().part(10, find(&[("range", "bytes=0-0"), ("if-range", if_range)]));
            assert_eq!(found != Part::Whole, part, "{if_range}");
        };
        check("\"ab\"", true);
        check(AT, true);
        check("W/\"ab\"", false);
        check("\"x\"", false);
        check(AFTER, false);
        check(BEFORE, false);
        check("nonsense", false);
    }
}
