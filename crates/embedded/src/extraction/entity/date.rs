//! Days, weeks, quarters, seasons and deadlines that are not past.

use super::{
    number::{UNITS, is_number, number},
    word,
};
use crate::extraction::token::Token;

pub(super) const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
pub(super) const MONTHS: [&str; 12] = [
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
pub(super) const HOLIDAYS: [&str; 6] =
    ["christmas", "easter", "thanksgiving", "ramadan", "diwali", "new-year"];

/// Where the date that begins at `at` ends. What lies in the past (`last week`, `since June`) is none.
pub(super) fn date(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let before = if at > 0 { word(tokens, at - 1) } else { "" };
    if matches!(before, "last" | "since" | "previous" | "past") {
        return None;
    }
    let here = word(tokens, at);
    if let Some(end) = counted_part(tokens, at) {
        return Some(end);
    }
    let (one, two) = (word(tokens, at + 1), word(tokens, at + 2));
    let period = |text: &str| PERIODS.contains(&text) || WEEKDAYS.contains(&text) || MONTHS.contains(&text);
    match here {
        "today" | "tonight" | "tomorrow" | "eoy" | "eoq" | "eom" | "eod" | "cob" | "year-end"
        | "month-end" | "midnight" => {
            let part = matches!(one, "morning" | "afternoon" | "evening" | "night");
            Some(at + 1 + usize::from(part))
        }
        "next" | "this" | "coming" | "following" if period(one) || one == "weekend" => Some(at + 2),
        "this" | "next" if matches!(one, "fiscal" | "financial" | "calendar" | "school") && two == "year" => {
            Some(at + 3)
        }
        "this" if matches!(one, "morning" | "afternoon" | "evening") => Some(at + 2),
        "the" if matches!(one, "weekend" | "holidays") => Some(at + 2),
        "the"
            if matches!(one, "spring" | "summer" | "autumn" | "fall" | "winter")
                && matches!(before, "by" | "before" | "until" | "till" | "in" | "for" | "over" | "from") =>
        {
            Some(at + 2)
        }
        "black" if one == "friday" => Some(at + 2),
        "close" | "end" if matches!((one, two), ("of", "business" | "play")) => Some(at + 3),
        "year" | "month" | "quarter" if one == "end" => Some(at + 2),
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
            if matches!(before, "by" | "before" | "until" | "till" | "in" | "for" | "over") =>
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

/// `the second week of March`, `the last day of the month`, `the first half of next year`.
fn counted_part(tokens: &[Token<'_>], at: usize) -> Option<usize> {
    let from = at + usize::from(word(tokens, at) == "the");
    let counted = word(tokens, from) == "last" || ordinal(word(tokens, from));
    let part = word(tokens, from + 1);
    let is_part = PERIODS.contains(&part) || WEEKDAYS.contains(&part) || part == "half";
    (counted && is_part && word(tokens, from + 2) == "of").then(|| part_of(tokens, from + 3)).flatten()
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
