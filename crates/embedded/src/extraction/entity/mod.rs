//! Things that a sentence names: money, numbers, dates, names. Found once a sentence, then looked up by patterns.

mod date;
mod known;
mod number;

use std::collections::BTreeMap;

pub(super) use known::Known;

use super::{pattern::Thing, token::Token, words::List};

/// Where things begin, and where each ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Entities(BTreeMap<(usize, Thing), usize>);

impl Entities {
    /// Finds the things in the words of a sentence.
    pub(super) fn find(tokens: &[Token<'_>], known: &Known) -> Self {
        let mut found = BTreeMap::new();
        let mut add = |thing, at, end: usize| {
            found.entry((at, thing)).or_insert(end);
        };
        for at in 0..tokens.len() {
            if let Some(end) = number::number(tokens, at) {
                number::number_things(tokens, at, end, &mut add);
            }
            if let Some(end) = date::date(tokens, at) {
                add(Thing::Date, at, end);
            }
            let token = &tokens[at];
            let common = is_common(&token.text);
            let subject = at == 0
                && (List::SubjectOf.has(word(tokens, 1)) || known.capitals.contains(&*token.text))
                && !List::Starter.has(&token.text);
            if token.capital
                && !common
                && (at > 0 || token.camel || subject || known.people.contains(&*token.text))
            {
                if !token.acronym || token.camel {
                    add(Thing::Name, at, at + 1);
                }
                let person = known.others.contains(&*token.text) || known::is_first_name(&token.text);
                let other = person && !known.brands.contains(&*token.text);
                let party =
                    other || [&known.people, &known.parties].iter().any(|set| set.contains(&*token.text));
                if !party && (token.camel || !token.acronym) && !List::NoBrand.has(&token.text) {
                    add(Thing::Brand, at, at + 1);
                }
            }
        }
        Self(found)
    }

    /// Where the thing that begins at word `at` ends.
    pub(super) fn end(&self, thing: Thing, at: usize) -> Option<usize> {
        self.0.get(&(at, thing)).copied()
    }

    /// Whether the sentence names such a thing at all.
    pub(super) fn has(&self, thing: Thing) -> bool {
        self.0.keys().any(|(_, found)| *found == thing)
    }

    /// Whether the sentence names a number that counts no time and is no share.
    pub(super) fn has_plain_number(&self) -> bool {
        let counts = |at| [Thing::Duration, Thing::Percent, Thing::Date].map(|thing| self.end(thing, at));
        self.0.keys().any(|(at, thing)| *thing == Thing::Number && counts(*at).iter().all(Option::is_none))
    }

    /// The things that begin at word `at`.
    pub(super) fn things(&self, at: usize) -> impl Iterator<Item = Thing> + '_ {
        self.0.range((at, Thing::Money)..=(at, Thing::Brand)).map(|((_, thing), _)| *thing)
    }
}

fn is_common(word: &str) -> bool {
    date::WEEKDAYS.contains(&word)
        || date::MONTHS.contains(&word)
        || date::HOLIDAYS.contains(&word)
        || matches!(word, "i" | "ok" | "okay")
}

fn word<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| &token.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extraction::token::tokens;
    use std::collections::BTreeSet;

    fn spans(thing: Thing, text: &str) -> Vec<String> {
        let known = Known {
            people: BTreeSet::from(["maria".to_owned()]),
            parties: BTreeSet::from(["acme".to_owned()]),
            ..Known::default()
        };
        let tokens = tokens(text, 0..text.len());
        let entities = Entities::find(&tokens, &known);
        let mut spans: Vec<String> = Vec::new();
        let mut from = 0;
        for at in 0..tokens.len() {
            if let Some(end) = entities.end(thing, at).filter(|_| at >= from) {
                from = end;
                spans.push(tokens[at..end].iter().map(|token| &*token.text).collect::<Vec<_>>().join(" "));
            }
        }
        spans
    }

    #[test]
    fn things_are_found_as_people_say_them() {
        for (thing, text, expect) in [
            (Thing::Money, "It's $50k, €1,200 or 40 grand", &["$50k", "€1,200", "40 grand"][..]),
            (Thing::Money, "twenty-five thousand pounds for 12 people", &["twenty-five thousand pounds"]),
            (
                Thing::Amount,
                "four hundred and twenty thousand in 2027",
                &["four hundred and twenty thousand"],
            ),
            (Thing::Amount, "about 12,000 or 50k of 300", &["12,000", "50k"]),
            (Thing::Percent, "20% off, nine percent on top", &["20%", "nine percent"]),
            (
                Thing::Duration,
                "three weeks, six working days, 90 days",
                &["three weeks", "six working days", "90 days"],
            ),
            (Thing::Date, "by the end of next month or by Friday", &["end of next month", "friday"]),
            (Thing::Date, "last Friday, since June, last year", &[]),
            (
                Thing::Date,
                "on Wednesday the eighteenth, in two weeks",
                &["wednesday the eighteenth", "in two weeks"],
            ),
            (Thing::Date, "the 3rd of December, the first time", &["the 3rd of december"]),
            (Thing::Date, "I may march in May 2027", &["may", "2027"]),
            (Thing::Date, "Q3 or 2026-03-01 or 3/15", &["q3", "2026-03-01", "3/15"]),
            (Thing::Brand, "We tried GateHound and Corella, Maria said at Acme", &["gatehound", "corella"]),
            (Thing::Brand, "On Monday the CFO and I spoke French", &[]),
            (Thing::Name, "ask Maria or Tom", &["maria", "tom"]),
        ] {
            assert_eq!(spans(thing, text), expect, "{thing:?} in {text}");
        }
    }
}
