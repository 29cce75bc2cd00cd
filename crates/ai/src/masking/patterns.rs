//! How each kind is recognized: patterns from a file, and checksums that tell a number from any other.

use std::ops::Range;

use regex_lite::Regex;
use serde::Deserialize;

use super::kinds::{Kind, Kinds};

const PATTERNS: &str = include_str!("patterns.json");

/// An entry of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    kind: Kind,
    #[expect(dead_code, reason = "for whoever reads the file")]
    name: String,
    pattern: String,
    /// Texts without any of these, parted by `|`, are not looked through.
    #[serde(default)]
    needs: Option<String>,
    #[serde(default)]
    check: Check,
    #[cfg_attr(not(test), expect(dead_code, reason = "for tests"))]
    yes: Vec<String>,
    #[cfg_attr(not(test), expect(dead_code, reason = "for tests"))]
    no: Vec<String>,
}

/// What must hold of what a pattern finds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Check {
    /// Nothing more.
    #[default]
    None,
    /// The check digit of payment cards (ISO/IEC 7812).
    Luhn,
    /// The check digits of bank accounts (ISO 13616).
    Iban,
    /// As many digits as a telephone number has: 7 to 15 (E.164).
    Phone,
}

struct Pattern {
    kind: Kind,
    regex: Regex,
    needs: Vec<String>,
    check: Check,
}

thread_local! {
    /// Read at the first use: an isolate has one thread.
    static ALL: Vec<Pattern> = read();
}

fn entries() -> Vec<Entry> {
    // The file is part of the program, and a test reads it.
    serde_json::from_str(PATTERNS).unwrap_or_default()
}

fn read() -> Vec<Pattern> {
    let pattern = |entry: Entry| {
        let needs = entry.needs.iter().flat_map(|needs| needs.split('|')).map(str::to_owned).collect();
        let regex = Regex::new(&entry.pattern).ok()?;
        Some(Pattern { kind: entry.kind, regex, needs, check: entry.check })
    };
    entries().into_iter().filter_map(pattern).collect()
}

/// What is found in a text, in order, none of it twice: of two that overlap the one whose pattern stands first.
pub(super) fn find(text: &str, kinds: &Kinds) -> Vec<(Kind, Range<usize>)> {
    let mut found: Vec<(Kind, Range<usize>)> = Vec::new();
    ALL.with(|patterns| {
        for Pattern { kind, regex, needs, check } in patterns.iter().filter(|pattern| kinds.has(pattern.kind))
        {
            let digits = *check == Check::None || text.bytes().any(|byte| byte.is_ascii_digit());
            let there = needs.is_empty() || needs.iter().any(|need| text.contains(need.as_str()));
            if !digits || !there {
                continue;
            }
            for hit in regex.find_iter(text).filter(|hit| check.holds(hit.as_str())) {
                let range = hit.range();
                let apart =
                    |(_, other): &(Kind, Range<usize>)| range.end <= other.start || other.end <= range.start;
                if found.iter().all(apart) {
                    found.push((*kind, range));
                }
            }
        }
    });
    found.sort_by_key(|(_, range)| range.start);
    found
}

impl Check {
    fn holds(self, text: &str) -> bool {
        match self {
            Self::None => true,
            Self::Luhn => luhn(text),
            Self::Iban => iban(text),
            Self::Phone => (7..=15).contains(&text.bytes().filter(u8::is_ascii_digit).count()),
        }
    }
}

fn luhn(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let doubled = |(at, digit): (usize, &u32)| match digit * (1 + (at as u32 % 2)) {
        sum if sum > 9 => sum - 9,
        sum => sum,
    };
    let sum: u32 = digits.iter().rev().enumerate().map(doubled).sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

fn iban(text: &str) -> bool {
    let compact: Vec<char> = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !(15..=34).contains(&compact.len()) {
        return false;
    }
    // The country and the check digits go to the end, letters are two digits each, and the rest by 97 is 1.
    let turned = compact[4..].iter().chain(&compact[..4]);
    let remainder = turned.fold(0_u32, |rest, c| match c.to_digit(36) {
        Some(value) if value > 9 => (rest * 100 + value) % 97,
        value => (rest * 10 + value.unwrap_or(0)) % 97,
    });
    remainder == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_finds_its_examples_whole_and_nothing_in_the_others() {
        let entries: Vec<Entry> = serde_json::from_str(PATTERNS).expect("the file is right");
        assert_eq!(read().len(), entries.len(), "every pattern can be read");
        for Entry { kind, yes, no, .. } in entries {
            assert!(!yes.is_empty() && !no.is_empty(), "{kind} has examples of both");
            for text in yes {
                let amid = format!("it is {text}, they said");
                let found = find(&amid, &Kinds::of([kind]));
                let found: Vec<_> = found.into_iter().map(|(kind, range)| (kind, &amid[range])).collect();
                assert_eq!(found, [(kind, text.as_str())]);
            }
            for text in no {
                assert_eq!(find(&text, &Kinds::of([kind])), [], "{kind}: {text}");
            }
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_found_and_of_two_that_overlap_one_is() {
        assert_eq!(find("ada@example.com", &Kinds::of([Kind::Phone])), []);
        let text = "write to 4111111111111111@example.com";
        assert_eq!(find(text, &Kinds::of(Kind::ALL)), [(Kind::Email, 9..37)]);
    }
}
