//! What a service speaks, as data.

use std::fmt;

/// The contract of a service, implemented by its generated client and dispatcher.
pub trait Contract {
    /// The service's name: the trait's.
    const NAME: &'static str;
    /// Its methods in the order of the trait.
    const METHODS: &'static [&'static str];
    /// Those of its methods that are marked `#[mesh(idempotent)]`.
    const IDEMPOTENT: &'static [&'static str];
    /// A hash of all signatures. Two sides with the same value were built from the same trait.
    const FINGERPRINT: Fingerprint;
}

/// A 64-bit FNV-1a hash of a contract's signatures, printed as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
