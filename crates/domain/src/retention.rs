//! How long a tenant keeps its events.

use std::fmt;

/// Whole days that an event is kept behind its day of acceptance (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct RetentionDays(u32);

impl RetentionDays {
    /// The fewest that can be set.
    pub const LEAST: u32 = 1;
    /// The most that can be set: ten years.
    pub const MOST: u32 = 3_650;

    /// So many days.
    ///
    /// # Errors
    /// [`InvalidRetention`] outside of what can be set.
    pub fn new(days: u32) -> Result<Self, InvalidRetention> {
        if (Self::LEAST..=Self::MOST).contains(&days) { Ok(Self(days)) } else { Err(InvalidRetention(days)) }
    }

    /// How many.
    #[must_use]
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl Default for RetentionDays {
    /// Two years: a tenant that never chose loses nothing that a yearly comparison needs.
    fn default() -> Self {
        Self(730)
    }
}

/// A number of days that cannot be set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidRetention(u32);

impl fmt::Display for InvalidRetention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (least, most) = (RetentionDays::LEAST, RetentionDays::MOST);
        write!(f, "events cannot be kept for `{}` days: set {least} to {most}", self.0)
    }
}

impl std::error::Error for InvalidRetention {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_outside_the_range_are_refused_and_named() {
        for days in [1, 730, 3_650] {
            assert_eq!(RetentionDays::new(days).unwrap().get(), days);
        }
        for days in [0, 3_651, u32::MAX] {
            let message = RetentionDays::new(days).unwrap_err().to_string();
            assert_eq!(message, format!("events cannot be kept for `{days}` days: set 1 to 3650"));
        }
        assert!(RetentionDays::new(RetentionDays::default().get()).is_ok());
    }
}
