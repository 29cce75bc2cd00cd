//! What a text field may hold.

/// A rule for a text: how long it may be and which characters it may have.
///
/// Lengths are in Unicode scalar values, as JSON Schema counts them.
#[derive(Debug, Clone, Copy)]
pub struct TextRule {
    max: usize,
    characters: Characters,
}

#[derive(Debug, Clone, Copy)]
enum Characters {
    Line,
    Text,
    Token,
    Slug,
}

impl TextRule {
    /// One line for people: 1 to `max` characters, none of them a control character.
    #[must_use]
    pub const fn line(max: usize) -> Self {
        Self { max, characters: Characters::Line }
    }

    /// Several lines: 1 to `max` characters, none of them a control character but line breaks and tabs.
    #[must_use]
    pub const fn text(max: usize) -> Self {
        Self { max, characters: Characters::Text }
    }

    /// A name for programs, such as `call.completed`: 1 to `max` of letters, digits and `. _ - : /`.
    #[must_use]
    pub const fn token(max: usize) -> Self {
        Self { max, characters: Characters::Token }
    }

    /// A short name of ours, such as `churn_risk`: 1 to `max` of lower-case letters, digits, `_` and `-`.
    #[must_use]
    pub const fn slug(max: usize) -> Self {
        Self { max, characters: Characters::Slug }
    }

    /// What is wrong with `text` by this rule, as a predicate: `must be …`.
    pub(crate) fn check(self, text: &str) -> Result<(), String> {
        let Self { max, characters } = self;
        if text.is_empty() || text.chars().nth(max).is_some() {
            return Err(format!("must be 1 to {max} characters long"));
        }
        let (allowed, words): (fn(char) -> bool, _) = match characters {
            Characters::Line => {
                (|c| !c.is_control(), "must not have control characters, such as line breaks")
            }
            Characters::Text => (
                |c| !c.is_control() || matches!(c, '\n' | '\r' | '\t'),
                "must not have control characters but line breaks",
            ),
            Characters::Token => (
                |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | ':' | '/'),
                "must have only letters, digits and `.`, `_`, `-`, `:`, `/`",
            ),
            Characters::Slug => (
                |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '_' | '-'),
                "must have only lower-case letters, digits, `_` and `-`",
            ),
        };
        if text.chars().all(allowed) { Ok(()) } else { Err(words.to_owned()) }
    }
}
