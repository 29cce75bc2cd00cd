//! Patterns over words: how the lexicon's lines are read, and where they match.
//!
//! A pattern is a row of elements, separated by blanks:
//!
//! | written | matches |
//! |---|---|
//! | `renew` | that word |
//! | `renew*` | any word that begins so |
//! | `*ing` | any word that ends so; not as an anchor |
//! | `!hear\|see` | any one word but these; not as an anchor |
//! | `sign_off` | these words in a row |
//! | `approve\|sign_off` | one of them |
//! | `[we]` | one of a class: of words (`classes.txt`), or of things: `[money]`, `[date]`, … |
//! | `the?` | it, or nothing |
//! | `..` | up to four words of any kind; `..7` up to seven |
//!
//! It begins with an element that is neither optional nor a gap: its anchor, by which it is found. Gaps are short and
//! few, so matching is bounded work a word, whatever the text.

use std::collections::BTreeMap;

use super::{entity::Entities, token::Token, words::List};

/// How many words a gap without a number may skip.
const GAP: usize = 4;

/// Things that a text names, found by [`Entities`] rather than by words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Thing {
    /// An amount with a currency, or one that is spoken of as money (`40 grand`).
    Money,
    /// A number of a thousand or more, with or without a currency.
    Amount,
    /// Any number.
    Number,
    /// A share: `9%`, `nine percent`.
    Percent,
    /// A day, week, quarter, season or deadline that is not past.
    Date,
    /// A length of time: `three weeks`.
    Duration,
    /// A capitalized name.
    Name,
    /// A name that is neither a person's nor either party's, and so may be a product's or a company's.
    Brand,
}

impl Thing {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "money" => Self::Money,
            "amount" => Self::Amount,
            "number" => Self::Number,
            "percent" => Self::Percent,
            "date" => Self::Date,
            "duration" => Self::Duration,
            "name" => Self::Name,
            "brand" => Self::Brand,
            _ => return None,
        })
    }
}

/// One way to satisfy an element.
#[derive(Clone, Debug)]
enum Atom {
    Words(Vec<&'static str>),
    Prefix(&'static str),
    Suffix(&'static str),
    Thing(Thing),
}

#[derive(Clone, Debug)]
enum Element {
    Any {
        of: Vec<Atom>,
        optional: bool,
    },
    /// One word that none of these match.
    But(Vec<Atom>),
    Gap(usize),
}

/// A row of elements.
#[derive(Clone, Debug)]
pub(super) struct Pattern(Vec<Element>);

/// Classes of words by name.
pub(super) type Classes = BTreeMap<&'static str, Vec<&'static str>>;

/// What a pattern can be found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Anchor {
    Word(&'static str),
    Prefix(&'static str),
    Thing(Thing),
}

/// Where a pattern matched, in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match {
    pub(super) start: usize,
    pub(super) end: usize,
    /// Which words it consists of, gaps left out: bit `n` stands for word `start + n`.
    words: u64,
    /// Whether a word that negates was skipped by a gap.
    pub(super) negated_inside: bool,
}

impl Match {
    /// Whether two matches share a word. What a gap skips belongs to neither.
    pub(super) fn shares_words_with(&self, other: &Self) -> bool {
        let apart = self.start.abs_diff(other.start);
        let (first, second) = if self.start <= other.start { (self, other) } else { (other, self) };
        apart < 64 && (first.words >> apart) & second.words != 0
    }
}

/// The end of a row of elements, the bits of its words, and whether a gap skipped a negation.
type Followed = (usize, u64, bool);

/// The bits of the words from `from` to `to`, counted from `start`. A pattern spans fewer than 64 words.
fn bits(start: usize, from: usize, to: usize) -> u64 {
    (from..to).filter(|at| at - start < 64).fold(0, |bits, at| bits | 1 << (at - start))
}

impl Pattern {
    /// Reads a line of the lexicon.
    pub(super) fn parse(line: &'static str, classes: &Classes) -> Result<Self, String> {
        let mut elements = Vec::new();
        for written in line.split_whitespace() {
            if let Some(most) = written.strip_prefix("..") {
                let most = if most.is_empty() {
                    GAP
                } else {
                    most.parse().map_err(|_| format!("gap `{written}`"))?
                };
                elements.push(Element::Gap(most));
                continue;
            }
            if let Some(alternatives) = written.strip_prefix('!') {
                let mut of = Vec::new();
                for alternative in alternatives.split('|') {
                    atoms(alternative, classes, &mut of)?;
                }
                elements.push(Element::But(of));
                continue;
            }
            let (alternatives, optional) = match written.strip_suffix('?') {
                Some(alternatives) => (alternatives, true),
                None => (written, false),
            };
            let mut of = Vec::new();
            for alternative in alternatives.split('|') {
                atoms(alternative, classes, &mut of)?;
            }
            elements.push(Element::Any { of, optional });
        }
        match elements.first() {
            Some(Element::Any { optional: false, of })
                if !of.iter().any(|atom| matches!(atom, Atom::Suffix(_))) =>
            {
                Ok(Self(elements))
            }
            _ => Err(format!("`{line}` does not begin with a word or class that must be there")),
        }
    }

    /// What the first element can be found by.
    pub(super) fn anchors(&self) -> Vec<Anchor> {
        let Some(Element::Any { of, .. }) = self.0.first() else { return Vec::new() };
        of.iter()
            .filter_map(|atom| match atom {
                Atom::Words(words) => words.first().copied().map(Anchor::Word),
                Atom::Prefix(prefix) => Some(Anchor::Prefix(prefix)),
                Atom::Thing(thing) => Some(Anchor::Thing(*thing)),
                Atom::Suffix(_) => None,
            })
            .collect()
    }

    /// The match that begins at word `start`, if there is one.
    pub(super) fn match_at(&self, tokens: &[Token<'_>], entities: &Entities, start: usize) -> Option<Match> {
        let (end, words, negated_inside) = follow(&self.0, tokens, entities, start, start)?;
        Some(Match { start, end, words, negated_inside })
    }
}

fn atoms(written: &'static str, classes: &Classes, of: &mut Vec<Atom>) -> Result<(), String> {
    if let Some(class) = written.strip_prefix('[').and_then(|class| class.strip_suffix(']')) {
        if let Some(thing) = Thing::named(class) {
            of.push(Atom::Thing(thing));
            return Ok(());
        }
        let members = classes.get(class).ok_or_else(|| format!("class `[{class}]` is not defined"))?;
        return members.iter().try_for_each(|member| atoms(member, classes, of));
    }
    if let Some(suffix) = written.strip_prefix('*') {
        of.push(Atom::Suffix(suffix));
        return if suffix.is_empty() { Err("an empty suffix".to_owned()) } else { Ok(()) };
    }
    of.push(match written.strip_suffix('*') {
        Some(prefix) if prefix.contains('_') => return Err(format!("`{written}` mixes `_` and `*`")),
        Some(prefix) => Atom::Prefix(prefix),
        None => Atom::Words(written.split('_').collect()),
    });
    if written.is_empty() { Err("an empty alternative".to_owned()) } else { Ok(()) }
}

/// Follows `elements` from word `at` of a match that began at word `start`.
fn follow(
    elements: &[Element],
    tokens: &[Token<'_>],
    entities: &Entities,
    start: usize,
    at: usize,
) -> Option<Followed> {
    let Some((first, rest)) = elements.split_first() else { return Some((at, 0, false)) };
    match first {
        Element::Gap(most) => {
            let mut negated = false;
            for skipped in 0..=*most {
                if let Some((end, words, inside)) = follow(rest, tokens, entities, start, at + skipped) {
                    return Some((end, words, negated || inside));
                }
                negated |= is_negation(&tokens.get(at + skipped)?.text);
            }
            None
        }
        Element::But(of) => {
            tokens.get(at)?;
            if of.iter().any(|atom| atom.end_at(tokens, entities, at).is_some()) {
                return None;
            }
            let (end, words, inside) = follow(rest, tokens, entities, start, at + 1)?;
            Some((end, words | bits(start, at, at + 1), inside))
        }
        Element::Any { of, optional } => {
            for atom in of {
                if let Some(next) = atom.end_at(tokens, entities, at)
                    && let Some((end, words, inside)) = follow(rest, tokens, entities, start, next)
                {
                    return Some((end, words | bits(start, at, next), inside));
                }
            }
            if *optional { follow(rest, tokens, entities, start, at) } else { None }
        }
    }
}

impl Atom {
    /// Where this atom ends if it begins at word `at`.
    fn end_at(&self, tokens: &[Token<'_>], entities: &Entities, at: usize) -> Option<usize> {
        match self {
            Self::Words(words) => {
                let there = tokens.get(at..at + words.len())?;
                there.iter().zip(words).all(|(token, word)| token.text == *word).then_some(at + words.len())
            }
            Self::Prefix(prefix) => tokens.get(at)?.text.starts_with(prefix).then_some(at + 1),
            Self::Suffix(suffix) => tokens.get(at)?.text.ends_with(suffix).then_some(at + 1),
            Self::Thing(thing) => entities.end(*thing, at),
        }
    }
}

/// Words that turn what follows into its opposite.
pub(super) fn is_negation(word: &str) -> bool {
    List::Negation.has(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extraction::token::tokens;

    fn find(pattern: &'static str, text: &str) -> Option<String> {
        let classes = Classes::from([("we", vec!["we", "our_team", "i"])]);
        let pattern = Pattern::parse(pattern, &classes).unwrap();
        let tokens = tokens(text, 0..text.len());
        let entities = Entities::find(&tokens, &crate::extraction::entity::Known::default());
        (0..tokens.len()).find_map(|at| {
            let found = pattern.match_at(&tokens, &entities, at)?;
            let words: Vec<_> = tokens[found.start..found.end].iter().map(|token| &*token.text).collect();
            Some(words.join(" ") + if found.negated_inside { " (negated)" } else { "" })
        })
    }

    #[test]
    fn elements_match_as_the_table_says() {
        for (pattern, text, expect) in [
            ("renew", "We renew now", Some("renew")),
            ("renew", "renewal", None),
            ("renew* it?", "The renewal it is", Some("renewal it")),
            ("sign_off|approve", "He will sign off", Some("sign off")),
            ("[we] need", "Our team need it", Some("our team need")),
            ("have .. budget", "have a very small budget", Some("have a very small budget")),
            ("have ..1 budget", "have a very small budget", None),
            ("have .. budget", "have just not any budget", Some("have just not any budget (negated)")),
            ("pay .. [money]", "pay about $50k a year", Some("pay about $50k")),
            ("by ..1 [date]", "by next Friday", Some("by next friday")),
            ("a the? b", "a b", Some("a b")),
            ("not *ing", "I am not signing", Some("not signing")),
            ("can not !hear|see", "I can not hear you", None),
            ("can not !hear|see", "I can not sign it", Some("can not sign")),
            ("can not !hear|see", "I can not", None),
        ] {
            assert_eq!(find(pattern, text).as_deref(), expect, "{pattern} in {text}");
        }
    }

    #[test]
    fn a_line_that_cannot_be_found_is_refused() {
        for line in [
            "",
            ".. budget",
            "the? budget",
            "[nobody] pays",
            "a|",
            "a ..x b",
            "x_y*",
            "*ing a",
            "!a b",
            "a *",
        ] {
            assert!(Pattern::parse(line, &Classes::new()).is_err(), "{line}");
        }
    }
}
