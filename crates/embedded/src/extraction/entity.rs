//! Things that a sentence names: money, numbers, dates, names. Found once a sentence, then looked up by patterns.

use std::collections::{BTreeMap, BTreeSet};

use super::{pattern::Thing, token::Token};

/// Words that are names of the parties to the call, and so of no rival.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Words of the speakers' names.
    pub(super) people: BTreeSet<String>,
    /// Words of the title, the account and its domain.
    pub(super) parties: BTreeSet<String>,
    /// Capitalized words that the call uses like a person's name or a place.
    pub(super) others: BTreeSet<String>,
    /// Capitalized words that it also uses like a product's or a company's name: these are none of the others.
    pub(super) brands: BTreeSet<String>,
}

impl Known {
    /// Learns from the words of one sentence which capitalized words are people and places: `Kayla, I have …`,
    /// `… says Tom`, `in Duluth`, `Fort McMurray`.
    pub(super) fn learn(&mut self, tokens: &[Token<'_>]) {
        for (at, token) in tokens.iter().enumerate() {
            if !token.capital || token.camel || is_common(&token.text) {
                continue;
            }
            let before = if at > 0 { word(tokens, at - 1) } else { "" };
            if BRAND_BEFORE.contains(&before) || BRAND_AFTER.contains(&word(tokens, at + 1)) {
                self.brands.insert(token.text.to_string());
                continue;
            }
            let next = tokens.get(at + 1);
            let addressed = (at == 0 || token.after_break) && next.is_none_or(|next| next.after_break);
            let acts = PERSON_VERBS.contains(&word(tokens, at + 1));
            let told = matches!(
                before,
                "tell" | "told" | "ask" | "asked" | "thanks" | "hi" | "hello" | "and_i" | "for_me"
            );
            let place = matches!(before, "in" | "near" | "around" | "visit" | "via");
            let pair = next.is_some_and(|next| {
                next.capital && !next.after_break && !next.camel && !is_common(&next.text)
            }) && at > 0;
            if addressed || acts || told || place || pair {
                self.others.insert(token.text.to_string());
                if pair {
                    self.others.insert(word(tokens, at + 1).to_owned());
                }
            }
        }
    }
}

/// What stands before the names of products and vendors, and seldom before people.
const BRAND_BEFORE: [&str; 14] = [
    "use",
    "using",
    "used",
    "ran",
    "versus",
    "vs",
    "called",
    "evaluating",
    "trialled",
    "tried",
    "demoed",
    "than",
    "whatever",
    "piloting",
];
/// What stands behind them.
const BRAND_AFTER: [&str; 8] =
    ["quoted", "integration", "app", "licence", "license", "demo", "proposal", "trial"];

/// At the beginning of a sentence every word has a capital. It is taken for a name only before one of these …
const SUBJECT_OF: [&str; 9] = ["is", "'s", "was", "has", "quoted", "offered", "charges", "costs", "gave"];
/// … and if it is none of these.
const STARTERS: [&str; 38] = [
    "it",
    "that",
    "this",
    "he",
    "she",
    "there",
    "what",
    "who",
    "which",
    "where",
    "how",
    "here",
    "everything",
    "nothing",
    "nobody",
    "everyone",
    "everybody",
    "someone",
    "somebody",
    "something",
    "anything",
    "price",
    "pricing",
    "support",
    "security",
    "legal",
    "finance",
    "management",
    "today",
    "tomorrow",
    "money",
    "time",
    "quality",
    "data",
    "timing",
    "one",
    "mine",
    "yours",
];

/// What people do and products do not.
const PERSON_VERBS: [&str; 20] = [
    "says", "said", "thinks", "thought", "wants", "wanted", "knows", "knew", "asked", "told", "likes",
    "feels", "runs", "goes", "signs", "hates", "sits", "calls", "looks", "decided",
];

/// Where things begin, and where each ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Entities(BTreeMap<(usize, Thing), usize>);

const SMALL: [&str; 38] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
    "thirty",
    "forty",
    "fifty",
    "sixty",
    "seventy",
    "eighty",
    "ninety",
    "half",
    "dozen",
    "couple",
    "few",
    "several",
    "both",
    "dozens",
    "hundreds",
    "thousands",
    "point",
];
const SCALES: [&str; 4] = ["hundred", "thousand", "million", "billion"];
const CURRENCIES: [&str; 22] = [
    "dollar", "dollars", "euro", "euros", "pound", "pounds", "quid", "grand", "bucks", "cents", "usd", "eur",
    "gbp", "cad", "aud", "chf", "francs", "rupees", "yen", "kroner", "pence", "$",
];
const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const MONTHS: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];
const PERIODS: [&str; 14] = [
    "day", "week", "month", "quarter", "year", "season", "spring", "summer", "autumn", "fall", "winter",
    "term", "semester", "sprint",
];
const HOLIDAYS: [&str; 6] = ["christmas", "easter", "thanksgiving", "ramadan", "diwali", "new-year"];
const UNITS: [&str; 17] = [
    "second",
    "seconds",
    "minute",
    "minutes",
    "hour",
    "hours",
    "day",
    "days",
    "week",
    "weeks",
    "month",
    "months",
    "year",
    "years",
    "fortnight",
    "quarters",
    "decade",
];
/// Capitalized words that name no product or company.
const NO_BRANDS: [&str; 46] = [
    "i",
    "god",
    "english",
    "french",
    "german",
    "spanish",
    "italian",
    "dutch",
    "polish",
    "europe",
    "european",
    "america",
    "american",
    "canada",
    "canadian",
    "asia",
    "africa",
    "australia",
    "australian",
    "uk",
    "us",
    "usa",
    "eu",
    "london",
    "paris",
    "berlin",
    "york",
    "boston",
    "chicago",
    "toronto",
    "melbourne",
    "sydney",
    "quebec",
    "scotland",
    "scottish",
    "england",
    "ireland",
    "irish",
    "germany",
    "france",
    "spain",
    "eastern",
    "pacific",
    "mr",
    "mrs",
    "dr",
];

impl Entities {
    /// Finds the things in the words of a sentence.
    pub(super) fn find(tokens: &[Token<'_>], known: &Known) -> Self {
        let mut found = BTreeMap::new();
        let mut add = |thing, at, end: usize| {
            found.entry((at, thing)).or_insert(end);
        };
        for at in 0..tokens.len() {
            if let Some(end) = number(tokens, at) {
                number_things(tokens, at, end, &mut add);
            }
            if let Some(end) = date(tokens, at) {
                add(Thing::Date, at, end);
            }
            let token = &tokens[at];
            let common = is_common(&token.text);
            let subject =
                at == 0 && SUBJECT_OF.contains(&word(tokens, 1)) && !STARTERS.contains(&&*token.text);
            if token.capital
                && !common
                && (at > 0 || token.camel || subject || known.people.contains(&*token.text))
            {
                add(Thing::Name, at, at + 1);
                let other = known.others.contains(&*token.text) && !known.brands.contains(&*token.text);
                let party =
                    other || [&known.people, &known.parties].iter().any(|set| set.contains(&*token.text));
                if !party && (token.camel || !token.acronym) && !NO_BRANDS.contains(&&*token.text) {
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

    /// The things that begin at word `at`.
    pub(super) fn things(&self, at: usize) -> impl Iterator<Item = Thing> + '_ {
        self.0.range((at, Thing::Money)..=(at, Thing::Brand)).map(|((_, thing), _)| *thing)
    }
}

fn is_common(word: &str) -> bool {
    WEEKDAYS.contains(&word)
        || MONTHS.contains(&word)
        || HOLIDAYS.contains(&word)
        || matches!(word, "i" | "ok" | "okay")
}

fn word<'a>(tokens: &'a [Token<'_>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| &token.text)
}

fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['$', '€', '£', '¥', '+']);
    digits.starts_with(|c: char| c.is_ascii_digit())
        || (!word.is_empty() && word.split('-').all(|part| SMALL.contains(&part) || SCALES.contains(&part)))
}

/// Where the number that begins at `at` ends: `sixty thousand`, `four hundred and twenty`, `1.2 million`.
fn number(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let a_scale = matches!(word(tokens, at), "a" | "an")
        && (is_scale(word(tokens, at + 1))
            || matches!(word(tokens, at + 1), "dozen" | "couple" | "few" | "half"));
    if !(a_scale || is_number(word(tokens, at)))
        || (at > 0 && !tokens[at].after_break && is_number(word(tokens, at - 1)))
    {
        return None;
    }
    let mut end = at + 1;
    loop {
        let next = word(tokens, end);
        if is_number(next) && !tokens[end].after_break {
            end += 1;
        } else if next == "and" && is_scale(word(tokens, end - 1)) && is_number(word(tokens, end + 1)) {
            end += 2;
        } else {
            return Some(end);
        }
    }
}

fn is_scale(word: &str) -> bool {
    SCALES.contains(&word)
}

fn number_things(tokens: &[Token<'_>], at: usize, end: usize, add: &mut impl FnMut(Thing, usize, usize)) {
    add(Thing::Number, at, end);
    let first = word(tokens, at);
    let large = tokens[at..end].iter().any(|token| {
        let text = &*token.text;
        matches!(text, "thousand" | "million" | "billion")
            || (text.ends_with(['k', 'm'])
                && text.trim_end_matches(['k', 'm']).ends_with(|c: char| c.is_ascii_digit()))
            || text.chars().filter(char::is_ascii_digit).count() >= 4 && !text.contains([':', '/', '-'])
    });
    let is_year = end == at + 1 && first.len() == 4 && (first.starts_with("20") || first.starts_with("19"));
    if large && !is_year {
        add(Thing::Amount, at, end);
    }
    if word(tokens, end) == "percent" || (word(tokens, end), word(tokens, end + 1)) == ("per", "cent") {
        add(Thing::Percent, at, end + 1);
    } else if first.ends_with('%') {
        add(Thing::Percent, at, end);
    }
    if first.starts_with(['$', '€', '£', '¥']) {
        add(Thing::Money, at, end);
    } else if CURRENCIES.contains(&word(tokens, end)) {
        add(Thing::Money, at, end + 1);
    } else if word(tokens, end) == "k" {
        add(Thing::Amount, at, end + 1);
    }
    // `six working days`
    let described = matches!(
        word(tokens, end),
        "working" | "business" | "whole" | "solid" | "straight" | "full" | "more"
    );
    let unit = end + usize::from(described);
    if UNITS.contains(&word(tokens, unit)) {
        add(Thing::Duration, at, unit + 1);
    }
}

/// Where the date that begins at `at` ends. What lies in the past (`last week`, `since June`) is none.
fn date(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let before = if at > 0 { word(tokens, at - 1) } else { "" };
    if matches!(before, "last" | "since" | "previous" | "past") {
        return None;
    }
    let here = word(tokens, at);
    let (one, two) = (word(tokens, at + 1), word(tokens, at + 2));
    let period = |text: &str| PERIODS.contains(&text) || WEEKDAYS.contains(&text) || MONTHS.contains(&text);
    match here {
        "today" | "tonight" | "tomorrow" | "eoy" | "eoq" | "eom" | "eod" | "year-end" | "midnight" => {
            let part = matches!(one, "morning" | "afternoon" | "evening" | "night");
            Some(at + 1 + usize::from(part))
        }
        "next" | "this" | "coming" | "following" if period(one) || one == "weekend" => Some(at + 2),
        "this" | "next" if matches!(one, "fiscal" | "financial" | "calendar" | "school") && two == "year" => {
            Some(at + 3)
        }
        "this" if matches!(one, "morning" | "afternoon" | "evening") => Some(at + 2),
        "the" if matches!(one, "weekend" | "holidays") => Some(at + 2),
        "the" if matches!(one, "new" | "next" | "coming" | "following") && period(two) => Some(at + 3),
        "new" if one == "year" => Some(at + 2),
        "the" => ordinal_date(tokens, at, before),
        "end" | "start" | "beginning" | "middle" | "close" | "turn" | "week" if one == "of" => {
            part_of(tokens, at + 2)
        }
        "early" | "late" | "mid" | "later" if period(one) => Some(at + 2),
        "early" | "late" | "later" if matches!(one, "next" | "this") && period(two) => Some(at + 3),
        "mid-january" | "mid-february" | "mid-march" | "mid-april" | "mid-may" | "mid-june" | "mid-july"
        | "mid-august" | "mid-september" | "mid-october" | "mid-november" | "mid-december" => Some(at + 1),
        "in" | "within" | "inside" => future_duration(tokens, at),
        "q1" | "q2" | "q3" | "q4" | "h1" | "h2" => Some(at + 1),
        "may" | "march" if !tokens[at].capital || at == 0 => None,
        _ if HOLIDAYS.contains(&here) => Some(at + 1),
        _ if WEEKDAYS.contains(&here) => Some(ordinal_date(tokens, at + 1, "on").unwrap_or(at + 1)),
        _ if MONTHS.contains(&here) => Some(match one {
            "the" => ordinal_date(tokens, at + 1, "on").unwrap_or(at + 1),
            day if ordinal(day) || (day.len() <= 2 && is_number(day)) => at + 2,
            _ => at + 1,
        }),
        "spring" | "summer" | "autumn" | "winter"
            if matches!(before, "by" | "before" | "until" | "till" | "in") =>
        {
            Some(at + 1)
        }
        _ if is_calendar(here) => Some(at + 1),
        _ => None,
    }
}

/// `2027`, `2026-03-01`, `3/15`.
fn is_calendar(word: &str) -> bool {
    let year = word.len() == 4 && word.starts_with("202") && word.bytes().all(|byte| byte.is_ascii_digit());
    let parts: Vec<&str> = word.split(['-', '/']).collect();
    year || (parts.len() >= 2
        && parts.iter().all(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit())))
        && (word.contains('/') || parts.len() == 3)
}

/// `the end of` behind which this comes: `the`, `this`, `next` and a period, or a month.
fn part_of(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut at = at;
    while matches!(
        word(tokens, at),
        "the" | "this" | "next" | "fiscal" | "financial" | "our" | "play" | "business"
    ) {
        at += 1;
    }
    let here = word(tokens, at);
    let known = PERIODS.contains(&here)
        || MONTHS.contains(&here)
        || WEEKDAYS.contains(&here)
        || matches!(here, "q1" | "q2" | "q3" | "q4" | "tomorrow" | "today");
    known.then_some(at + 1)
}

/// `the twelfth`, `the 3rd of December`. `the first` alone is hardly ever a day.
fn ordinal_date(tokens: &[Token<'_>], at: usize, before: &str) -> Option<usize> {
    if word(tokens, at) != "the" || !ordinal(word(tokens, at + 1)) {
        return None;
    }
    if word(tokens, at + 2) == "of" && MONTHS.contains(&word(tokens, at + 3)) {
        return Some(at + 4);
    }
    let early = matches!(word(tokens, at + 1), "first" | "second" | "third" | "fourth" | "fifth" | "sixth");
    let introduced = matches!(before, "on" | "by" | "before" | "until" | "till" | "from");
    // `on the first try`: a day is not followed by the thing it counts.
    let closed = tokens.get(at + 2).is_none_or(|next| {
        next.after_break
            || matches!(
                &*next.text,
                "at" | "in" | "with" | "for" | "and" | "or" | "so" | "if" | "then" | "because"
            )
    });
    (if early { introduced && closed } else { introduced || closed }).then_some(at + 2)
}

fn ordinal(word: &str) -> bool {
    const SPELLED: [&str; 15] = [
        "first",
        "second",
        "third",
        "fourth",
        "fifth",
        "sixth",
        "seventh",
        "eighth",
        "ninth",
        "tenth",
        "eleventh",
        "twelfth",
        "thirteenth",
        "fourteenth",
        "fifteenth",
    ];
    const MORE: [&str; 6] =
        ["sixteenth", "seventeenth", "eighteenth", "nineteenth", "twentieth", "thirtieth"];
    let digits = word.trim_end_matches(char::is_alphabetic);
    let suffixed = !digits.is_empty()
        && digits.len() <= 2
        && digits.bytes().all(|byte| byte.is_ascii_digit())
        && matches!(&word[digits.len()..], "st" | "nd" | "rd" | "th");
    let composed = word.strip_prefix("twenty-").or_else(|| word.strip_prefix("thirty-"));
    suffixed
        || SPELLED.contains(&word)
        || MORE.contains(&word)
        || composed.is_some_and(|last| SPELLED.contains(&last))
}

/// `in three weeks`, `within a month`.
fn future_duration(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let mut from = at + 1;
    while matches!(word(tokens, from), "the" | "next" | "about" | "of" | "around" | "roughly") {
        from += 1;
    }
    let end = match word(tokens, from) {
        "a" | "an" if UNITS.contains(&word(tokens, from + 1)) => from + 1,
        _ => number(tokens, from)?,
    };
    UNITS[6..].contains(&word(tokens, end)).then_some(end + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::extraction::token::tokens;

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
