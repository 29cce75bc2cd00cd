//! The one shape every payload becomes.

use std::fmt;

/// Which side of the deal a speaker is on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Side {
    /// The seller's or the support team's.
    Internal,
    /// The customer's.
    External,
    /// The payload does not tell.
    #[default]
    Unknown,
}

impl Side {
    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Internal => "internal",
            Self::External => "external",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What one speaker said without a break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// The speaker as the provider names them; `Unknown speaker` where it does not.
    pub speaker: String,
    /// The speaker's side.
    pub side: Side,
    /// When it began, in milliseconds from the start of the conversation.
    pub start_ms: Option<u64>,
    /// When it ended, in milliseconds from the start of the conversation.
    pub end_ms: Option<u64>,
    /// Where its text starts in [`Document::text`], in bytes.
    pub start: usize,
    /// Where its text ends in [`Document::text`] (exclusive), in bytes.
    pub end: usize,
}

/// A conversation: speaker turns over a source text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// What the provider calls it; never empty.
    pub title: String,
    /// The customer's company: a name, else a domain.
    pub account: Option<String>,
    /// The customer's domain, where it is known beside or instead of the name.
    pub account_domain: Option<String>,
    /// When the conversation took place: RFC 3339, UTC.
    pub occurred_at: Option<String>,
    /// The language as the provider states it, such as `en` or `pt-BR`.
    pub language: Option<String>,
    /// The turns in the order they were given. None is blank, and there is at least one.
    pub turns: Vec<Turn>,
    /// The source text: the turns' texts joined by line feeds. A line feed stands nowhere else in it.
    pub text: String,
}

impl Document {
    /// What was said in a turn of this document; empty for a turn of another one that lies outside.
    #[must_use]
    pub fn turn_text(&self, turn: &Turn) -> &str {
        self.text.get(turn.start..turn.end).unwrap_or_default()
    }
}
