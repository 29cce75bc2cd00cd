//! Cron patterns, over civil time.

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};

use crate::Civil;

/// A cron pattern that names at least one time.
#[derive(Clone, Debug)]
pub struct Pattern {
    cron: Cron,
    text: String,
    wildcard: bool,
}

/// A text that is no usable pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// It cannot be read.
    #[error("{reason}; {ACCEPTED}")]
    Form {
        /// Why.
        reason: String,
    },
    /// It can be read, and no date fits it.
    #[error("names no time at all: no date fits `{fields}` (day of month, month, day of week)")]
    Never {
        /// The three fields of the date.
        fields: String,
    },
}

const ACCEPTED: &str = "use five fields (minute, hour, day of month, month, day of week) or six with seconds first, of \
`*`, numbers, names (`MON`, `JAN`), lists, ranges and steps, `L` and `W` for days of the month, `#` and `L` for days of \
the week; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`";

/// The longest pattern, in bytes.
const MAX_BYTES: usize = 256;

/// A civil time from which every pattern that names any time names one: 2000-01-01.
const EARLY_S: i64 = 946_684_800;

impl Pattern {
    /// Reads a pattern: five fields, six with seconds first, or a nickname.
    ///
    /// # Errors
    /// [`PatternError`] says what is accepted.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let form = |reason: String| PatternError::Form { reason };
        let trimmed = text.trim();
        if trimmed.len() > MAX_BYTES {
            return Err(form(format!("has {} bytes, and may have {MAX_BYTES}", trimmed.len())));
        }
        let written = match trimmed.strip_prefix('@') {
            Some(nickname) => {
                expand(nickname).ok_or_else(|| form(format!("`{trimmed}` is no known nickname")))?
            }
            None => trimmed,
        };
        let fields: Vec<_> = written.split_whitespace().collect();
        let (&[minutes, hours, days, months, weekdays], seconds) = match &fields[..] {
            [seconds, rest @ ..] if rest.len() == 5 => (rest.first_chunk().unwrap_or(&[""; 5]), *seconds),
            rest => match rest.as_array() {
                Some(five) => (five, "0"),
                None => return Err(form(format!("has {} fields", fields.len()))),
            },
        };
        // As in Vixie cron: two restricted fields of the date are joined by "or", but for one that begins with a star.
        let both = days.starts_with('*') || weekdays.starts_with('*');
        let parser =
            CronParser::builder().seconds(Seconds::Required).year(Year::Disallowed).dom_and_dow(both);
        // The library takes 7 for Sunday everywhere but here.
        let weekdays = weekdays.to_ascii_uppercase().replace("7L", "0L");
        let text = format!("{seconds} {minutes} {hours} {days} {months} {weekdays}");
        let cron = parser.build().parse(&text).map_err(|error| form(reason(&error)))?;
        let wildcard = minutes.starts_with('*') || hours.starts_with('*');
        let pattern = Self { cron, text: trimmed.to_owned(), wildcard };
        match pattern.next(Civil(EARLY_S)) {
            Some(_) => Ok(pattern),
            None => Err(PatternError::Never { fields: fields[fields.len() - 3..].join(" ") }),
        }
    }

    /// The pattern as it was written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether its minute or its hour is a wildcard (`*`, `*/2`): such a pattern is about time that passes rather than
    /// about times of the day. Vixie cron tells them apart the same way.
    #[must_use]
    pub const fn is_wildcard(&self) -> bool {
        self.wildcard
    }

    /// The first civil time at or after `from` that it names.
    pub(crate) fn next(&self, from: Civil) -> Option<Civil> {
        let from = chrono::DateTime::from_timestamp(from.0, 0)?;
        // In UTC, where every civil time is there once: what a zone makes of it is decided elsewhere.
        let found = self.cron.find_next_occurrence(&from, true).ok()?;
        Some(Civil(found.timestamp()))
    }
}

fn expand(nickname: &str) -> Option<&'static str> {
    Some(match nickname.to_ascii_lowercase().as_str() {
        "yearly" | "annually" => "0 0 1 1 *",
        "monthly" => "0 0 1 * *",
        "weekly" => "0 0 * * 0",
        "daily" | "midnight" => "0 0 * * *",
        "hourly" => "0 * * * *",
        _ => return None,
    })
}

/// What the library says, in the middle of a sentence of ours.
fn reason(error: &croner::errors::CronError) -> String {
    use croner::errors::CronError as E;
    match error {
        E::InvalidPattern(text) | E::IllegalCharacters(text) | E::ComponentError(text) => {
            let text = text.trim_end_matches('.');
            match text.strip_prefix("CronPattern ") {
                Some(rest) => rest.to_owned(),
                None => format!("cannot be read ({text})"),
            }
        }
        other => format!("cannot be read ({})", other.to_string().trim_end_matches('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_refused_with_what_can() {
        for (text, part) in [
            ("", "has 0 fields"),
            ("* * * *", "has 4 fields"),
            ("* * * * * * *", "has 7 fields"),
            ("@fortnightly", "`@fortnightly` is no known nickname"),
            ("61 * * * *", "cannot be read"),
            ("* 24 * * *", "cannot be read"),
            ("* * 0 * *", "cannot be read"),
            ("* * * 13 *", "cannot be read"),
            ("* * * * 8", "cannot be read"),
            ("10-5 * * * *", "cannot be read"),
            ("*/0 * * * *", "cannot be read"),
            ("* * * * MONDAY", "illegal character"),
            ("a * * * *", "illegal character"),
            ("* * * * 1#6", "cannot be read"),
        ] {
            let error = Pattern::parse(text).expect_err(text).to_string();
            assert!(error.contains(part) && error.contains("five fields"), "{text}: {error}");
        }
        let long = format!("{} * * * *", "1,".repeat(200));
        assert!(Pattern::parse(&long).is_err());
    }

    #[test]
    fn a_pattern_that_no_date_fits_is_told_apart() {
        for text in ["0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 0 30 FEB *"] {
            let error = Pattern::parse(text).expect_err(text);
            assert!(matches!(error, PatternError::Never { .. }), "{text}: {error}");
        }
        for text in ["0 0 29 2 *", "0 0 31 2,3 *", "0 0 31 2 MON", "@Daily", "0 0 * * 5#5", "0 0 L 2 *"] {
            assert!(Pattern::parse(text).is_ok(), "{text}");
        }
    }
}
