//! What a person typed into a search box, taken apart. Everything is a query: there is no syntax error.

/// A part of a query.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QueryPart<'a> {
    /// Words, any of which may occur.
    Words(&'a str),
    /// A phrase that must occur: it stood in double quotes.
    Phrase(&'a str),
    /// A word or phrase that must not occur: a `-` stood before it.
    Not(&'a str),
}

/// The parts of a query, in order.
#[must_use]
pub fn query_parts(query: &str) -> Vec<QueryPart<'_>> {
    let mut parts = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(c) = query[at..].chars().next() {
        let after = &query[at + c.len_utf8()..];
        let begins = query[..at].chars().next_back().is_none_or(char::is_whitespace);
        let excludes = c == '-' && begins && after.starts_with(|c: char| opens(c) || c.is_alphanumeric());
        let (part, left) = if excludes {
            let (text, left) = quoted(after)
                .unwrap_or_else(|| after.split_at(after.find(char::is_whitespace).unwrap_or(after.len())));
            (QueryPart::Not(text), left)
        } else if let Some((text, left)) = quoted(&query[at..]) {
            (QueryPart::Phrase(text), left)
        } else {
            at += c.len_utf8();
            continue;
        };
        push_words(&mut parts, &query[from..at]);
        parts.push(part);
        at = query.len() - left.len();
        from = at;
    }
    push_words(&mut parts, &query[from..]);
    parts
}

/// The query without what must not occur: what its meaning is taken from.
#[must_use]
pub fn affirmative(query: &str) -> String {
    let kept = query_parts(query).into_iter().filter_map(|part| match part {
        QueryPart::Words(text) | QueryPart::Phrase(text) => Some(text.trim()),
        QueryPart::Not(_) => None,
    });
    kept.collect::<Vec<_>>().join(" ")
}

fn push_words<'a>(parts: &mut Vec<QueryPart<'a>>, text: &'a str) {
    if !text.trim().is_empty() {
        parts.push(QueryPart::Words(text));
    }
}

fn opens(c: char) -> bool {
    matches!(c, '"' | '“' | '„')
}

/// The text between two double quotes that `text` begins with, and what is after them.
fn quoted(text: &str) -> Option<(&str, &str)> {
    let inner = text.strip_prefix(opens)?;
    let end = inner.find(['"', '”', '“'])?;
    let close = inner[end..].chars().next().map_or(0, char::len_utf8);
    Some((&inner[..end], &inner[end + close..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use QueryPart::{Not, Phrase, Words};

    #[test]
    fn everything_that_is_typed_has_parts() {
        let cases: [(&str, &[QueryPart<'_>]); 11] = [
            ("budget plans", &[Words("budget plans")]),
            ("\"no later than\" March", &[Phrase("no later than"), Words(" March")]),
            ("budget -travel plans", &[Words("budget "), Not("travel"), Words(" plans")]),
            ("-\"trade show\" budget", &[Not("trade show"), Words(" budget")]),
            ("follow-up 5 - 3", &[Words("follow-up 5 - 3")]),
            ("an \"open end", &[Words("an \"open end")]),
            ("“smart” „low“", &[Phrase("smart"), Phrase("low")]),
            ("-", &[Words("-")]),
            ("--x", &[Words("--x")]),
            ("\"\"", &[Phrase("")]),
            ("  ", &[]),
        ];
        for (query, parts) in cases {
            assert_eq!(query_parts(query), parts, "{query}");
        }
    }

    #[test]
    fn what_must_not_occur_is_no_part_of_the_meaning() {
        for (query, kept) in [
            ("budget -travel plans", "budget plans"),
            ("a follow-up -\"trade show\"", "a follow-up"),
            ("\"kept phrase\" here", "kept phrase here"),
            ("-only", ""),
        ] {
            assert_eq!(affirmative(query), kept);
        }
    }
}
