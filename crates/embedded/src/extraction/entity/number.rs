//! Numbers, amounts, money, shares and lengths of time, in digits and in words.

use super::word;
use crate::extraction::{pattern::Thing, token::Token};

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

/// Units of time; the longer ones from the seventh on.
pub(super) const UNITS: [&str; 17] = [
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
pub(super) fn is_number(word: &str) -> bool {
    let digits = word.trim_start_matches(['$', '€', '£', '¥', '+']);
    digits.starts_with(|c: char| c.is_ascii_digit())
        || (!word.is_empty() && word.split('-').all(|part| SMALL.contains(&part) || SCALES.contains(&part)))
}

/// Where the number that begins at `at` ends: `sixty thousand`, `four hundred and twenty`, `1.2 million`.
pub(super) fn number(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let a_scale = matches!(word(tokens, at), "a" | "an")
        && (is_scale(word(tokens, at + 1))
            || matches!(word(tokens, at + 1), "dozen" | "couple" | "few" | "half" | "quarter"));
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

pub(super) fn number_things(
    tokens: &[Token<'_>],
    at: usize,
    end: usize,
    add: &mut impl FnMut(Thing, usize, usize),
) {
    add(Thing::Number, at, end);
    // `half a million`, `a quarter of a million`, `a couple of hundred thousand`, `low six figures`.
    let last = word(tokens, end - 1);
    if matches!(last, "half" | "quarter" | "couple") {
        let from = end + usize::from(word(tokens, end) == "of");
        let from = from + usize::from(word(tokens, from) == "a");
        let scale = from + usize::from(word(tokens, from) == "hundred");
        if matches!(word(tokens, scale), "thousand" | "million" | "grand") {
            add(Thing::Amount, at, scale + 1);
        }
    }
    if matches!(word(tokens, end), "figures" | "figure") {
        add(Thing::Money, at, end + 1);
    }
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
