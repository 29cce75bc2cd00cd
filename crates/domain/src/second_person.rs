//! What an operator may not do alone: which actions these are, who may decide about them, when what they would touch is
//! no longer what was shown.
//!
//! Two people are needed, a proposer and somebody else. A program is neither: a service token is held by whoever can
//! read it, which may be the proposer.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// For how long a proposal may be approved, and an approved one collected, in milliseconds: an hour.
pub const PROPOSAL_LIFE_MS: u64 = 3_600_000;

/// Of how many waiting dead letters on a redrive is too large for one person. So many may be redriven alone.
pub const REDRIVE_ALONE: u32 = 100;

/// The smallest change of a count that matters.
const SMALL_CHANGE: u32 = 10;

/// Something that needs two people.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DangerousAction {
    /// Everything that the pipeline has of a tenant is erased.
    EraseTenant,
    /// Every dead letter of a large group is replayed.
    Redrive,
    /// Every open API key of a tenant is replaced.
    RotateKeys,
}

impl DangerousAction {
    /// Every action.
    pub const ALL: [Self; 3] = [Self::EraseTenant, Self::Redrive, Self::RotateKeys];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::EraseTenant => "erase_tenant",
            Self::Redrive => "redrive",
            Self::RotateKeys => "rotate_keys",
        }
    }
}

/// Where a proposal is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ProposalStatus {
    /// It waits for a second person.
    Open,
    /// A second person approved it. It is being carried out, or waits for its proposer to collect what it gives.
    Approved,
    /// A second person said no.
    Rejected,
    /// Its proposer took it back.
    Withdrawn,
    /// What it would touch is no longer what was shown.
    Outdated,
    /// It was carried out.
    Done,
    /// It was approved, and could not be carried out.
    Failed,
    /// Nobody decided, or collected, in time. This is never stored: the time says it.
    Expired,
}

impl ProposalStatus {
    /// Every status.
    pub const ALL: [Self; 8] = [
        Self::Open,
        Self::Approved,
        Self::Rejected,
        Self::Withdrawn,
        Self::Outdated,
        Self::Done,
        Self::Failed,
        Self::Expired,
    ];

    /// The stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
            Self::Withdrawn => "withdrawn",
            Self::Outdated => "outdated",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Expired => "expired",
        }
    }

    /// As it is at a time, both in Unix milliseconds: an open proposal runs out, and so does an approved rotation, which
    /// waits for a person. What a program carries out does not: approved once, it happens.
    #[must_use]
    pub const fn at(self, action: DangerousAction, expires_at_ms: u64, now_ms: u64) -> Self {
        let waits = match self {
            Self::Open => true,
            Self::Approved => matches!(action, DangerousAction::RotateKeys),
            _ => false,
        };
        if waits && now_ms >= expires_at_ms { Self::Expired } else { self }
    }
}

macro_rules! named {
    ($($name:ident $unknown:ident $what:literal;)+) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        #[doc = concat!("A text that names no ", $what, ".")]
        #[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
        #[error("`{name}` is no {what}", name = .0, what = $what)]
        pub struct $unknown(pub String);

        impl FromStr for $name {
            type Err = $unknown;

            fn from_str(text: &str) -> Result<Self, $unknown> {
                Self::ALL.into_iter().find(|one| one.as_str() == text).ok_or_else(|| $unknown(text.to_owned()))
            }
        }
    )+};
}
named! {
    DangerousAction UnknownAction "action that needs two people";
    ProposalStatus UnknownProposalStatus "status of a proposal";
}

/// Why somebody may not do something with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotYours {
    /// A service token asks.
    #[error("this takes two people: a service token neither proposes nor approves")]
    NotAPerson,
    /// The proposer asks, and it takes another.
    #[error("this takes a second person: you proposed it")]
    SamePerson,
    /// Somebody else asks, and it is the proposer's.
    #[error("only who proposed it may do this")]
    NotTheProposer,
}

/// Whether whoever is called `actor` may approve or reject what `proposer` proposed.
///
/// # Errors
/// [`NotYours`].
pub fn may_decide(proposer: &str, actor: &str, is_person: bool) -> Result<(), NotYours> {
    match (is_person, actor == proposer) {
        (false, _) => Err(NotYours::NotAPerson),
        (true, true) => Err(NotYours::SamePerson),
        (true, false) => Ok(()),
    }
}

/// Whether whoever is called `actor` may withdraw it, or collect what it gives.
///
/// # Errors
/// [`NotYours::NotTheProposer`].
pub fn is_proposers(proposer: &str, actor: &str) -> Result<(), NotYours> {
    if actor == proposer { Ok(()) } else { Err(NotYours::NotTheProposer) }
}

/// What an action would touch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Touched {
    /// What it is called, by what it is: any change of these matters.
    pub names: BTreeMap<String, String>,
    /// How many there are of what.
    pub counts: BTreeMap<String, u32>,
}

/// Whether what would be touched `now` differs from what was `shown` so much that whoever decided has to look again:
/// another name, or a count that grew or shrank by more than ten and by more than a tenth.
#[must_use]
pub fn differs(shown: &Touched, now: &Touched) -> bool {
    if shown.names != now.names {
        return true;
    }
    let of = |touched: &Touched, what: &str| touched.counts.get(what).copied().unwrap_or_default();
    let every = shown.counts.keys().chain(now.counts.keys());
    every.into_iter().any(|what| {
        let (before, after) = (of(shown, what), of(now, what));
        let change = before.abs_diff(after);
        change > SMALL_CHANGE && u64::from(change) * 10 > u64::from(before)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touched(name: &str, count: u32) -> Touched {
        Touched {
            names: BTreeMap::from([("tenant".to_owned(), name.to_owned())]),
            counts: BTreeMap::from([("events".to_owned(), count)]),
        }
    }

    #[test]
    fn names_are_texts_both_ways() {
        for action in DangerousAction::ALL {
            assert_eq!(action.to_string().parse(), Ok(action));
        }
        for status in ProposalStatus::ALL {
            assert_eq!(status.to_string().parse(), Ok(status));
        }
        let error = "erase".parse::<DangerousAction>().unwrap_err().to_string();
        assert_eq!(error, "`erase` is no action that needs two people");
    }

    #[test]
    fn it_takes_two_people() {
        for (actor, person, expect) in [
            ("person:b", true, Ok(())),
            ("person:a", true, Err(NotYours::SamePerson)),
            ("service:ci.access", false, Err(NotYours::NotAPerson)),
            ("person:a", false, Err(NotYours::NotAPerson)),
        ] {
            assert_eq!(may_decide("person:a", actor, person), expect, "{actor}");
        }
        assert_eq!(is_proposers("person:a", "person:a"), Ok(()));
        assert_eq!(is_proposers("person:a", "person:b"), Err(NotYours::NotTheProposer));
    }

    #[test]
    fn what_waits_for_a_person_runs_out_and_what_was_approved_for_a_program_does_not() {
        use DangerousAction::{EraseTenant, RotateKeys};
        use ProposalStatus::{Approved, Done, Expired, Open};
        for (status, action, now, expect) in [
            (Open, EraseTenant, 9, Open),
            (Open, EraseTenant, 10, Expired),
            (Approved, EraseTenant, 10, Approved),
            (Approved, RotateKeys, 9, Approved),
            (Approved, RotateKeys, 10, Expired),
            (Done, RotateKeys, 10, Done),
        ] {
            assert_eq!(status.at(action, 10, now), expect, "{status} {action} {now}");
        }
    }

    #[test]
    fn another_name_matters_and_a_count_by_more_than_ten_and_a_tenth() {
        for (before, after, expect) in [
            (0, 10, false),
            (0, 11, true),
            (11, 0, true),
            (100, 110, false),
            (100, 111, true),
            (1_000, 1_100, false),
            (1_000, 899, true),
            (u32::MAX, 0, true),
        ] {
            assert_eq!(
                differs(&touched("acme", before), &touched("acme", after)),
                expect,
                "{before} {after}"
            );
        }
        assert!(differs(&touched("acme", 1), &touched("globex", 1)));
        let mut more = touched("acme", 1);
        more.counts.insert("files".into(), 10);
        assert!(!differs(&touched("acme", 1), &more));
        more.counts.insert("files".into(), 11);
        assert!(differs(&touched("acme", 1), &more) && differs(&more, &touched("acme", 1)));
    }
}
