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
    /// A hash of the contract. Two sides with the same value speak the same.
    ///
    /// For a contract that is kept as a document it covers all that travels, down to the fields of its messages;
    /// otherwise the signatures of its methods only.
    const FINGERPRINT: Fingerprint;
}

/// A 64-bit FNV-1a hash of a contract, printed as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Fingerprint(pub u64);

impl Fingerprint {
    pub(crate) fn text(self) -> [u8; 16] {
        let mut text = [0; 16];
        crate::context::write_hex(self.0, &mut text);
        text
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(std::str::from_utf8(&self.text()).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The `"fingerprint"` of a contract's document, or `otherwise` where there is none: in a document still to be written.
///
/// A constant function, so that a Worker carries the number and not the document.
pub const fn fingerprint(document: &str, otherwise: Fingerprint) -> Fingerprint {
    const KEY: &[u8] = b"\"fingerprint\": \"";
    let bytes = document.as_bytes();
    let mut start = 0;
    while start + KEY.len() + 16 < bytes.len() {
        let mut matched = 0;
        while matched < KEY.len() && bytes[start + matched] == KEY[matched] {
            matched += 1;
        }
        if matched == KEY.len() {
            return match hexadecimal(bytes, start + KEY.len()) {
                Some(value) => Fingerprint(value),
                None => otherwise,
            };
        }
        start += 1;
    }
    otherwise
}

/// The 16 digits at `start`, which are there.
const fn hexadecimal(bytes: &[u8], start: usize) -> Option<u64> {
    let mut value = 0;
    let mut index = 0;
    while index < 16 {
        let digit = match bytes[start + index] {
            digit @ b'0'..=b'9' => digit - b'0',
            digit @ b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        value = value << 4 | digit as u64;
        index += 1;
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_documents_fingerprint_is_read_and_a_missing_one_is_not_made_up() {
        let cases = [
            ("{\n  \"name\": \"Jobs\",\n  \"fingerprint\": \"00c0ffee12345678\",\n}", 0x00c0_ffee_1234_5678),
            ("{}", 7),
            ("", 7),
            ("{\"fingerprint\": \"00c0ffee", 7),
            ("{\"fingerprint\": \"00C0FFEE12345678\" }", 7),
        ];
        for (document, expected) in cases {
            assert_eq!(fingerprint(document, Fingerprint(7)), Fingerprint(expected), "{document}");
        }
    }
}
