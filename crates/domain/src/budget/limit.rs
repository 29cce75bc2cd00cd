//! Limits: how much of what in which time, and for whom.

use std::fmt;

use super::Amount;
use crate::rate::{day, month};

/// The most limits of a tenant: each is looked at before each call.
pub const MOST_LIMITS: usize = 50;
/// The longest name of a key or a model, in bytes.
const MOST_NAME_BYTES: usize = 200;
const MINUTE_MS: u64 = 60_000;

/// What is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// Billionths of a US dollar.
    Money,
    /// Tokens, read and written.
    Tokens,
    /// Requests.
    Requests,
}

impl Unit {
    /// Every one, by its stable name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Money, "money"), (Self::Tokens, "tokens"), (Self::Requests, "requests")];

    /// The most that a limit may be: a million dollars, and as large a number of the others.
    #[must_use]
    pub const fn most(self) -> u64 {
        match self {
            Self::Money => 1_000_000 * 1_000_000_000,
            Self::Tokens | Self::Requests => 1_000_000_000_000,
        }
    }

    /// How much of it an amount has.
    #[must_use]
    pub const fn of(self, amount: Amount) -> u64 {
        match self {
            Self::Money => amount.nanos,
            Self::Tokens => amount.tokens,
            Self::Requests => amount.requests,
        }
    }

    /// So much of it, for people.
    #[must_use]
    pub fn told(self, much: u64) -> String {
        match self {
            Self::Money => format!("{} USD", decimal(much)),
            Self::Tokens => format!("{much} tokens"),
            Self::Requests => format!("{much} requests"),
        }
    }
}

/// Billionths as a decimal number, with two decimals or as many as it takes.
fn decimal(nanos: u64) -> String {
    let text = format!("{}.{:09}", nanos / 1_000_000_000, nanos % 1_000_000_000);
    let short = text.trim_end_matches('0');
    let least = text.len() - 7;
    text[..short.len().max(least)].to_owned()
}

/// In which time it is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Window {
    /// A minute of the clock.
    Minute,
    /// A day of the calendar (UTC).
    Day,
    /// A month of the calendar (UTC).
    Month,
}

impl Window {
    /// Every one, by its stable name.
    pub const ALL: [(Self, &'static str); 3] =
        [(Self::Minute, "minute"), (Self::Day, "day"), (Self::Month, "month")];

    /// When the window that a time is in begins and ends, in Unix milliseconds.
    #[must_use]
    pub fn around(self, unix_ms: u64) -> (u64, u64) {
        match self {
            Self::Minute => {
                let starts_ms = unix_ms / MINUTE_MS * MINUTE_MS;
                (starts_ms, starts_ms + MINUTE_MS)
            }
            Self::Day => {
                let day = day(unix_ms);
                (day.starts_ms, day.ends_ms)
            }
            Self::Month => {
                let month = month(unix_ms);
                (month.starts_ms, month.ends_ms)
            }
        }
    }

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Minute => "minute",
            Self::Day => "day",
            Self::Month => "month",
        }
    }
}

/// Which keys, or which models.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Selector {
    /// All of them together.
    All,
    /// Each by itself.
    Each,
    /// This one.
    Only(String),
}

/// Whose calls a limit is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Of which keys. What the platform does for the tenant by itself has none, and counts under all alone.
    pub key: Selector,
    /// Of which models.
    pub model: Selector,
}

/// A limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Limit {
    /// What is counted.
    pub unit: Unit,
    /// In which time.
    pub window: Window,
    /// For whom.
    pub scope: Scope,
    /// How much; 0 is none at all.
    pub most: u64,
}

/// What calls are added up in: a window, of a key or of all, of a model or of all.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Counter {
    /// Which window.
    pub window_name: &'static str,
    /// When it begins, in Unix milliseconds.
    pub starts_ms: u64,
    /// When it ends.
    pub ends_ms: u64,
    /// Which key; all without one.
    pub key: Option<String>,
    /// Which model; all without one.
    pub model: Option<String>,
}

impl Counter {
    /// Whether what a key does with a model is added up in it.
    #[must_use]
    pub fn counts(&self, at_ms: u64, key: Option<&str>, model: &str) -> bool {
        (self.starts_ms..self.ends_ms).contains(&at_ms)
            && self.key.as_deref().is_none_or(|own| Some(own) == key)
            && self.model.as_deref().is_none_or(|own| own == model)
    }
}

impl Limit {
    /// The counters that it looks at for a call at a time, by a key, of any of these models; none where it is not for it.
    #[must_use]
    pub fn counters(&self, at_ms: u64, key: Option<&str>, models: &[&str]) -> Vec<Counter> {
        let keys = match (&self.scope.key, key) {
            (Selector::All, _) => Some(None),
            (Selector::Each, Some(key)) => Some(Some(key.to_owned())),
            (Selector::Only(own), Some(key)) if own == key => Some(Some(key.to_owned())),
            _ => None,
        };
        let Some(key) = keys else { return Vec::new() };
        let of_models: Vec<Option<String>> = match &self.scope.model {
            Selector::All => vec![None],
            Selector::Each => models.iter().map(|model| Some((*model).to_owned())).collect(),
            Selector::Only(own) if models.contains(&own.as_str()) => vec![Some(own.clone())],
            Selector::Only(_) => Vec::new(),
        };
        let (starts_ms, ends_ms) = self.window.around(at_ms);
        let window_name = self.window.as_str();
        of_models
            .into_iter()
            .map(|model| Counter { window_name, starts_ms, ends_ms, key: key.clone(), model })
            .collect()
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} a {}", self.unit.told(self.most), self.window.as_str())?;
        for (name, selector) in [("key", &self.scope.key), ("model", &self.scope.model)] {
            match selector {
                Selector::All => {}
                Selector::Each => write!(f, " for each {name}")?,
                Selector::Only(only) => write!(f, " for {name} {only}")?,
            }
        }
        Ok(())
    }
}

/// Limits that cannot be set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LimitError {
    /// Too many.
    #[error("there are {0} limits; set at most {MOST_LIMITS}")]
    TooMany(usize),
    /// One is too large.
    #[error("limit {place} is more than {most}; leave it out where there shall be none")]
    TooLarge {
        /// Which, counted from 1.
        place: usize,
        /// The most that it may be, for people.
        most: String,
    },
    /// A key or a model has no name, or too long a one.
    #[error("limit {0} names a key or a model with no characters or more than {MOST_NAME_BYTES} bytes")]
    BadName(usize),
    /// Two differ in nothing but how much.
    #[error("limits {0} and {1} are for the same unit, window, key and model; keep one of them")]
    Twice(usize, usize),
}

/// Whether limits can be set together.
///
/// # Errors
/// [`LimitError`].
pub fn check_limits(limits: &[Limit]) -> Result<(), LimitError> {
    if limits.len() > MOST_LIMITS {
        return Err(LimitError::TooMany(limits.len()));
    }
    for (at, limit) in limits.iter().enumerate() {
        let most = limit.unit.most();
        if limit.most > most {
            return Err(LimitError::TooLarge { place: at + 1, most: limit.unit.told(most) });
        }
        for selector in [&limit.scope.key, &limit.scope.model] {
            if matches!(selector, Selector::Only(name) if name.is_empty() || name.len() > MOST_NAME_BYTES) {
                return Err(LimitError::BadName(at + 1));
            }
        }
        let same = |other: &Limit| {
            (other.unit, other.window, &other.scope) == (limit.unit, limit.window, &limit.scope)
        };
        if let Some(first) = limits[..at].iter().position(same) {
            return Err(LimitError::Twice(first + 1, at + 1));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(unit: Unit, window: Window, key: Selector, model: Selector, most: u64) -> Limit {
        Limit { unit, window, scope: Scope { key, model }, most }
    }

    fn only(name: &str) -> Selector {
        Selector::Only(name.into())
    }

    #[test]
    fn a_limit_says_what_it_is() {
        use Selector::{All, Each};
        let check = |limit: Limit, told: &str| assert_eq!(limit.to_string(), told);
        check(limit(Unit::Money, Window::Day, All, All, 5_000_000_000), "5.00 USD a day");
        check(limit(Unit::Money, Window::Month, Each, All, 1_234_500_000), "1.2345 USD a month for each key");
        check(limit(Unit::Money, Window::Month, All, All, 1), "0.000000001 USD a month");
        check(
            limit(Unit::Requests, Window::Minute, only("key_1"), only("gpt"), 60),
            "60 requests a minute for key key_1 for model gpt",
        );
        check(limit(Unit::Tokens, Window::Day, All, Each, 10), "10 tokens a day for each model");
    }

    #[test]
    fn a_limit_looks_at_the_counters_of_those_that_it_is_for() {
        let looked = |key: Selector, model: Selector, by: Option<&str>| {
            let limit = limit(Unit::Money, Window::Minute, key, model, 1);
            let counters = limit.counters(61_000, by, &["a", "b"]);
            assert!(counters.iter().all(|counter| (counter.starts_ms, counter.ends_ms) == (60_000, 120_000)));
            counters.into_iter().map(|counter| (counter.key, counter.model)).collect::<Vec<_>>()
        };
        let some = |name: &str| Some(name.to_owned());
        use Selector::{All, Each};
        assert_eq!(looked(All, All, Some("k")), [(None, None)]);
        assert_eq!(looked(All, All, None), [(None, None)], "the platform's own work counts too");
        assert_eq!(looked(Each, All, Some("k")), [(some("k"), None)]);
        assert_eq!(looked(Each, All, None), []);
        assert_eq!(looked(only("k"), All, Some("k")), [(some("k"), None)]);
        assert_eq!(looked(only("k"), All, Some("l")), []);
        assert_eq!(looked(All, Each, None), [(None, some("a")), (None, some("b"))]);
        assert_eq!(looked(All, only("b"), None), [(None, some("b"))]);
        assert_eq!(looked(All, only("c"), None), []);
    }

    #[test]
    fn limits_that_cannot_be_meant_are_refused() {
        use Selector::All;
        let money = |most| limit(Unit::Money, Window::Day, All, All, most);
        assert_eq!(check_limits(&[money(0), limit(Unit::Money, Window::Month, All, All, 1)]), Ok(()));
        assert_eq!(check_limits(&[money(1), money(2)]), Err(LimitError::Twice(1, 2)));
        let large = check_limits(&[money(Unit::Money.most() + 1)]).unwrap_err();
        assert!(large.to_string().contains("1000000.00 USD"), "{large}");
        let nameless = limit(Unit::Money, Window::Day, only(""), All, 1);
        assert_eq!(check_limits(&[money(1), nameless]), Err(LimitError::BadName(2)));
        assert_eq!(check_limits(&vec![money(1); 51]), Err(LimitError::TooMany(51)));
    }
}
