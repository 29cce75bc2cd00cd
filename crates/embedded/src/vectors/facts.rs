//! What is known of a row besides its vector, in few bytes, and what a search may ask of it.
//!
//! Texts are kept as 32-bit hashes: enough to pass over what does not fit. Two texts of one hash are told apart by
//! whoever has the texts, which is why a search asks for more rows than it shows.

/// Bytes of stored facts.
pub(super) const FACTS_BYTES: usize = 20;

/// What is known of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Facts {
    /// A number for its kind.
    pub kind: u8,
    /// The hash of its account, or 0.
    pub account: u32,
    /// The hash of its source, or 0.
    pub source: u32,
    /// The hash of its event.
    pub event: u32,
    /// When it happened, in seconds of Unix time; 0 where nobody knows.
    pub occurred_s: u32,
}

/// What a search asks of rows; all that is given must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Narrowing {
    /// This kind.
    pub kind: Option<u8>,
    /// This account's hash.
    pub account: Option<u32>,
    /// This source's hash.
    pub source: Option<u32>,
    /// This event's hash.
    pub event: Option<u32>,
    /// This second of Unix time or later.
    pub since_s: Option<u32>,
    /// Before this second of Unix time, or within it.
    pub until_s: Option<u32>,
}

impl Facts {
    /// The hash of a text as facts hold it: 32-bit FNV-1a, never 0.
    #[must_use]
    pub fn hash(text: &str) -> u32 {
        let hash = text
            .bytes()
            .fold(0x811C_9DC5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        hash.max(1)
    }

    pub(super) fn to_bytes(self) -> [u8; FACTS_BYTES] {
        let mut bytes = [0; FACTS_BYTES];
        bytes[0] = self.kind;
        let numbers = [self.account, self.source, self.event, self.occurred_s];
        for (place, number) in bytes[4..].chunks_exact_mut(4).zip(numbers) {
            place.copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }
}

impl Narrowing {
    /// Whether a row of these stored facts is asked for.
    pub(super) fn admits(&self, facts: &[u8; FACTS_BYTES]) -> bool {
        let number = |at: usize| u32::from_le_bytes([facts[at], facts[at + 1], facts[at + 2], facts[at + 3]]);
        self.kind.is_none_or(|kind| facts[0] == kind)
            && self.account.is_none_or(|account| number(4) == account)
            && self.source.is_none_or(|source| number(8) == source)
            && self.event.is_none_or(|event| number(12) == event)
            && self.since_s.is_none_or(|since| number(16) >= since)
            && self.until_s.is_none_or(|until| number(16) <= until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_condition_counts_by_itself() {
        let facts = Facts { kind: 2, account: 7, source: 8, event: 9, occurred_s: 1_000 }.to_bytes();
        let all = Narrowing::default();
        for (narrowing, admitted) in [
            (all, true),
            (Narrowing { kind: Some(2), ..all }, true),
            (Narrowing { kind: Some(1), ..all }, false),
            (Narrowing { account: Some(7), source: Some(8), event: Some(9), ..all }, true),
            (Narrowing { account: Some(8), ..all }, false),
            (Narrowing { source: Some(7), ..all }, false),
            (Narrowing { event: Some(7), ..all }, false),
            (Narrowing { since_s: Some(1_000), until_s: Some(1_000), ..all }, true),
            (Narrowing { since_s: Some(1_001), ..all }, false),
            (Narrowing { until_s: Some(999), ..all }, false),
        ] {
            assert_eq!(narrowing.admits(&facts), admitted, "{narrowing:?}");
        }
    }

    #[test]
    fn a_hash_is_never_none() {
        assert_ne!(Facts::hash(""), 0);
        assert_ne!(Facts::hash("acme"), Facts::hash("acme "));
    }
}
