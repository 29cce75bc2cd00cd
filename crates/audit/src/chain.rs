//! Whether a chain holds, and where it does not.

use std::str::FromStr;

use crate::entry::{Entry, Head};

/// A head that was noted elsewhere: `sequence:hash`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Anchor {
    /// The sequence of the entry.
    pub sequence: u64,
    /// Its hash.
    pub hash: String,
}

/// A text that is no anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an anchor is a sequence from 1, a colon and 64 hexadecimal digits, such as `12:0f3c…`")]
pub struct NotAnAnchor;

impl FromStr for Anchor {
    type Err = NotAnAnchor;

    fn from_str(text: &str) -> Result<Self, NotAnAnchor> {
        let (sequence, hash) = text.split_once(':').ok_or(NotAnAnchor)?;
        let sequence = sequence.parse().ok().filter(|sequence| *sequence > 0).ok_or(NotAnAnchor)?;
        if hash.len() != 64 || !hash.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
            return Err(NotAnAnchor);
        }
        Ok(Self { sequence, hash: hash.to_owned() })
    }
}

/// The first link that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BrokenLink {
    /// An entry is missing, doubled or in another place.
    #[error("after entry {after} comes {found}: what belongs between was removed, or the order was changed")]
    OutOfOrder {
        /// The sequence of the last good entry; 0 where the chain begins.
        after: u64,
        /// The sequence found.
        found: u64,
    },
    /// An entry does not follow the one before it.
    #[error("entry {sequence} does not follow the one before: either was replaced")]
    Detached {
        /// The entry's sequence.
        sequence: u64,
    },
    /// An entry says something other than its hash is of.
    #[error("entry {sequence} was changed: its hash is of something else")]
    Changed {
        /// The entry's sequence.
        sequence: u64,
    },
    /// The entry of an anchor is another one now.
    #[error("entry {sequence} is not the one that was noted: the chain was rewritten up to here or before")]
    Rewritten {
        /// The anchor's sequence.
        sequence: u64,
    },
    /// The chain ends before the anchor.
    #[error("the chain ends with entry {last}, and entry {noted} was noted once: the end was removed")]
    CutOff {
        /// The last entry there is.
        last: u64,
        /// The anchor's.
        noted: u64,
    },
}

/// Checks a chain entry by entry, from the first.
#[derive(Debug, Clone, Default)]
pub struct Verifier {
    head: Head,
    anchors: Vec<Anchor>,
}

impl Verifier {
    /// Checks that these are in the chain, besides that it holds.
    #[must_use]
    pub fn with_anchors(anchors: Vec<Anchor>) -> Self {
        Self { head: Head::default(), anchors }
    }

    /// Takes the next entry.
    ///
    /// # Errors
    /// [`BrokenLink`] where it is not the one that belongs here. What comes after is worth nothing then.
    pub fn take(&mut self, entry: &Entry) -> Result<(), BrokenLink> {
        let sequence = entry.sequence;
        if sequence != self.head.sequence + 1 {
            return Err(BrokenLink::OutOfOrder { after: self.head.sequence, found: sequence });
        }
        if entry.hash != entry.computed_hash() {
            return Err(BrokenLink::Changed { sequence });
        }
        if entry.previous != self.head.hash {
            return Err(BrokenLink::Detached { sequence });
        }
        if self.anchors.iter().any(|anchor| anchor.sequence == sequence && anchor.hash != entry.hash) {
            return Err(BrokenLink::Rewritten { sequence });
        }
        self.head = entry.into();
        Ok(())
    }

    /// The head after the last entry: an anchor for next time.
    ///
    /// # Errors
    /// [`BrokenLink::CutOff`] where the chain ends before an anchor.
    pub fn finish(self) -> Result<Head, BrokenLink> {
        let last = self.head.sequence;
        match self.anchors.iter().map(|anchor| anchor.sequence).max() {
            Some(noted) if noted > last => Err(BrokenLink::CutOff { last, noted }),
            _ => Ok(self.head),
        }
    }
}
