//! Where in a text the words of a query are.

use std::collections::BTreeSet;

use super::{WordQuery, for_each_term};

/// Ranges of one text; a reader sees no more.
const MAX_RANGES: usize = 50;

/// A stretch of a text, in characters (Unicode scalar values); `end` is exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Highlight {
    /// Where it starts.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The places of a query's terms in a text, in order, touching ones joined.
#[must_use]
pub fn highlights(text: &str, query: &WordQuery) -> Vec<Highlight> {
    let asked = query.terms.iter().chain(query.required.iter().flatten());
    let (prefixes, whole): (Vec<_>, Vec<_>) = asked.partition(|term| term.is_prefix);
    let whole: BTreeSet<&str> = whole.into_iter().map(|term| term.text.as_str()).collect();
    let mut bytes: Vec<(usize, usize)> = Vec::new();
    for_each_term(text, |term| {
        let prefix = prefixes.iter().find(|prefix| term.text.starts_with(&prefix.text));
        // Of a pair that begins with the character asked for, only that character.
        let end = match prefix {
            Some(_) => term.start + text[term.start..].chars().next().map_or(0, char::len_utf8),
            None => term.end,
        };
        if prefix.is_some() || whole.contains(term.text.as_str()) {
            match bytes.last_mut() {
                Some((_, last)) if *last >= term.start => *last = end.max(*last),
                _ => bytes.push((term.start, end)),
            }
        }
    });
    bytes.truncate(MAX_RANGES);
    let (mut at, mut characters) = (0, 0);
    let mut character = |byte: usize| {
        characters += text[at..byte].chars().count();
        at = byte;
        characters
    };
    bytes.into_iter().map(|(start, end)| Highlight { start: character(start), end: character(end) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_word_are_marked_in_every_script() {
        for (text, query, expected) in [
            ("We approved it; approval came late.", "approves", &["approved", "approval"][..]),
            ("東京タワーの価格", "東京タワー", &["東京タワー"]),
            ("Die Prüfung, die PRÜFUNGEN", "prufung", &["Prüfung"]),
            ("the price of the price", "\"the price\"", &["the", "price", "the", "price"]),
            ("東京と大東京", "東", &["東", "東"]),
            ("nothing here", "budget", &[]),
        ] {
            let characters: Vec<char> = text.chars().collect();
            let found: Vec<String> = highlights(text, &WordQuery::parse(query))
                .into_iter()
                .map(|range| characters[range.start..range.end].iter().collect())
                .collect();
            assert_eq!(found, expected, "{query}");
        }
    }
}
