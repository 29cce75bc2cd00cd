//! The names of the supported sources. What each one's scheme looks like is in `catalog`.

use std::fmt;
use std::str::FromStr;

/// Who signs a webhook, and so by which scheme.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// Anyone who follows the Standard Webhooks specification, version 1.
    Standard,
    /// Slack: Events API, slash commands and interactivity.
    Slack,
    /// Zoom event subscriptions.
    Zoom,
    /// Stripe event destinations.
    Stripe,
}

impl Source {
    /// Every source, in the order in which messages list them.
    pub const ALL: [Self; 4] = [Self::Standard, Self::Slack, Self::Zoom, Self::Stripe];

    /// The stable lower-case name, as stored and as used in the API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Slack => "slack",
            Self::Zoom => "zoom",
            Self::Stripe => "stripe",
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A name that is no supported source.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown webhook source `{given}`: use one of {}", Source::ALL.map(Source::as_str).join(", "))]
pub struct ParseSourceError {
    /// What was given, cut to 64 characters.
    pub given: String,
}

impl FromStr for Source {
    type Err = ParseSourceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|source| source.as_str() == text)
            .ok_or_else(|| ParseSourceError { given: text.chars().take(64).collect() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_survives_its_name() {
        for source in Source::ALL {
            assert_eq!(source.to_string().parse(), Ok(source));
        }
    }

    #[test]
    fn an_unknown_name_is_refused_with_the_whole_list() {
        let error = "Slack".parse::<Source>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown webhook source `Slack`: use one of standard, slack, zoom, stripe"
        );
        let long = "x".repeat(1_000).parse::<Source>().unwrap_err();
        assert_eq!(long.given.len(), 64);
    }
}
