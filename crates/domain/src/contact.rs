//! Recognizing a person in an event: by e-mail address, or by name and perhaps company.
//!
//! An address counts wherever it stands as a whole, in whatever case. A name counts where a text is nothing but that
//! name: it is what a participant, a speaker or a subject is called, not a word somewhere in a sentence, which may be
//! anybody. A name together with a company counts in that company's events only.

use std::fmt;

/// A person as somebody who asks for their erasure describes them. Made of at least an address or a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    email: Option<String>,
    name: Option<String>,
    account: Option<String>,
}

/// A description that recognizes nobody, or too many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InvalidContact {
    /// Neither an address nor a name.
    Nobody,
    /// An address without `@` between two parts, or with white space.
    Email,
    /// A name of one character or none.
    Name,
}

impl fmt::Display for InvalidContact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nobody => "a contact needs an `email` or a `name`",
            Self::Email => "`email` is no e-mail address: write it as `name@example.com`",
            Self::Name => "`name` is too short to tell a person: write it as it is written in the events",
        })
    }
}

impl std::error::Error for InvalidContact {}

impl Contact {
    /// From an address, a name, and the company that the name belongs to. White space around and case do not matter;
    /// what is empty counts as not given.
    ///
    /// # Errors
    /// [`InvalidContact`].
    pub fn new(
        email: Option<&str>,
        name: Option<&str>,
        account: Option<&str>,
    ) -> Result<Self, InvalidContact> {
        let given = |text: Option<&str>| text.map(folded).filter(|text| !text.is_empty());
        let (email, name, account) = (given(email), given(name), given(account));
        if email.is_none() && name.is_none() {
            return Err(InvalidContact::Nobody);
        }
        if let Some(email) = &email {
            let parts = email.split_once('@');
            let whole = parts
                .is_some_and(|(local, host)| !local.is_empty() && !host.is_empty() && !host.contains('@'));
            if !whole || email.contains(char::is_whitespace) {
                return Err(InvalidContact::Email);
            }
        }
        if name.as_ref().is_some_and(|name| name.chars().count() < 2) {
            return Err(InvalidContact::Name);
        }
        Ok(Self { email, name, account })
    }

    /// One line that says the same for the same contact, to be hashed.
    #[must_use]
    pub fn canonical(&self) -> String {
        let part = |text: &Option<String>| text.clone().unwrap_or_default();
        format!("email={}\nname={}\naccount={}", part(&self.email), part(&self.name), part(&self.account))
    }

    /// The address, folded.
    #[must_use]
    pub fn email(&self) -> Option<&str> {
        self.email.as_deref()
    }

    /// The name, folded.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The company, folded.
    #[must_use]
    pub fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Whether the address stands in these bytes as a whole: not as the end or the beginning of a longer one.
    #[must_use]
    pub fn has_email(&self, bytes: &[u8]) -> bool {
        let Some(email) = self.email.as_deref().map(str::as_bytes) else {
            return false;
        };
        (0..bytes.len().saturating_sub(email.len() - 1)).any(|at| {
            let (before, here) = bytes.split_at(at);
            let (found, behind) = here.split_at(email.len());
            found.eq_ignore_ascii_case(email) && !ends_inside(before) && !goes_on(behind)
        })
    }

    /// Whether a text is the address or the name, the latter in an event of `account`.
    #[must_use]
    pub fn is_text(&self, text: &str, account: Option<&str>) -> bool {
        self.has_email(text.as_bytes()) || (self.may_be_named(account) && self.is_name(text))
    }

    /// Whether the name counts in an event of this company.
    #[must_use]
    pub fn may_be_named(&self, account: Option<&str>) -> bool {
        let same = |wanted: &String| account.is_some_and(|account| folded(account) == *wanted);
        self.name.is_some() && self.account.as_ref().is_none_or(same)
    }

    fn is_name(&self, text: &str) -> bool {
        // Cheap first: most texts are longer than any name.
        self.name.as_ref().is_some_and(|name| text.len() <= name.len() * 4 + 64 && folded(text) == *name)
    }
}

/// In lower case, with single spaces.
fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether an address may go on to the left of what follows these bytes.
fn ends_inside(before: &[u8]) -> bool {
    before.last().is_some_and(|byte| byte.is_ascii_alphanumeric() || b"._%+-".contains(byte))
}

/// Whether an address goes on in these bytes: a full stop may also end a sentence.
fn goes_on(behind: &[u8]) -> bool {
    match behind {
        [b'.', next, ..] => next.is_ascii_alphanumeric(),
        [next, ..] => next.is_ascii_alphanumeric() || b"-_".contains(next),
        [] => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_counts_as_a_whole_in_any_case() {
        let contact = Contact::new(Some(" Bo@Customer.example "), None, None).unwrap();
        for text in [
            "bo@customer.example",
            "<BO@CUSTOMER.EXAMPLE>",
            "ask bo@customer.example.",
            "a,bo@customer.example,b",
            "mailto:bo@customer.example?x",
        ] {
            assert!(contact.has_email(text.as_bytes()), "{text}");
        }
        for text in [
            "",
            "bo@customer.exampl",
            "lebo@customer.example",
            "x.bo@customer.example",
            "bo@customer.example.org",
            "bo@customer.examples",
            "bo@customer.example-2",
        ] {
            assert!(!contact.has_email(text.as_bytes()), "{text}");
        }
        assert!(contact.has_email(b"\xff bo@customer.example \xfe"), "in bytes that are no text, too");
    }

    #[test]
    fn a_name_counts_where_it_is_all_of_a_text() {
        let contact = Contact::new(None, Some("Zoë  Falk"), None).unwrap();
        for (text, expect) in [
            ("Zoë Falk", true),
            (" zoë\tFALK ", true),
            ("Zoë Falkner", false),
            ("ask Zoë Falk", false),
            ("", false),
        ] {
            assert_eq!(contact.is_text(text, Some("Anybody")), expect, "{text}");
        }
        let of_acme = Contact::new(None, Some("Zoë Falk"), Some("ACME")).unwrap();
        assert!(of_acme.is_text("Zoë Falk", Some("Acme ")));
        assert!(!of_acme.is_text("Zoë Falk", Some("Other")) && !of_acme.is_text("Zoë Falk", None));
    }

    #[test]
    fn what_tells_nobody_is_refused() {
        for (email, name, expect) in [
            (None, None, InvalidContact::Nobody),
            (Some(" "), Some(""), InvalidContact::Nobody),
            (Some("bo"), None, InvalidContact::Email),
            (Some("@example"), None, InvalidContact::Email),
            (Some("bo@"), None, InvalidContact::Email),
            (Some("bo b@example"), None, InvalidContact::Email),
            (Some("bo@a@b"), None, InvalidContact::Email),
            (None, Some("B"), InvalidContact::Name),
        ] {
            assert_eq!(Contact::new(email, name, Some("Acme")), Err(expect), "{email:?} {name:?}");
        }
    }
}
