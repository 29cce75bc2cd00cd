//! The token before anything is proven: where it stands in a request, and what its header says of its key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;

use super::AccessError;

/// Access's own tokens are 1 to 2 KiB; group claims can make them several times that.
pub(crate) const MAX_TOKEN_BYTES: usize = 16 * 1024;

const COOKIE: &str = "CF_Authorization";

/// The token of a request: the `Cf-Access-Jwt-Assertion` header's value, else the `CF_Authorization` cookie of the
/// `Cookie` header's value.
#[must_use]
pub fn assertion<'a>(header: Option<&'a str>, cookie: Option<&'a str>) -> Option<&'a str> {
    let from_cookie = || {
        cookie?
            .split(';')
            .filter_map(|pair| pair.trim().split_once('='))
            .find_map(|(name, value)| (name == COOKIE).then_some(value))
    };
    header
        .map(str::trim)
        .filter(|token| !token.is_empty())
        .or_else(from_cookie)
        .filter(|token| !token.is_empty())
}

/// The members of a token's header that matter before its key is found.
///
/// `jku`, `jwk`, `x5u` and `x5c` are not among them: a token does not say where its own key is. A member given twice
/// is an error, as everywhere in serde's structs.
#[derive(Debug, Deserialize)]
pub(crate) struct UnverifiedHeader {
    pub(crate) alg: String,
    pub(crate) kid: Option<String>,
    /// Extensions the reader must understand (RFC 7515, section 4.1.11). There are none that this crate does.
    #[serde(default)]
    crit: Option<serde::de::IgnoredAny>,
}

impl UnverifiedHeader {
    /// Reads the header of a token in compact form.
    pub(crate) fn read(token: &str) -> Result<Self, AccessError> {
        if token.len() > MAX_TOKEN_BYTES {
            return Err(AccessError::TooLarge { bytes: token.len() });
        }
        let mut parts = token.split('.');
        let (Some(header), Some(_), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(AccessError::Malformed);
        };
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| AccessError::Malformed)?;
        let header: Self = serde_json::from_slice(&header).map_err(|_| AccessError::Malformed)?;
        if header.crit.is_some() { Err(AccessError::Malformed) } else { Ok(header) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_goes_before_the_cookie() {
        let check = |header: Option<&str>, cookie: Option<&str>, expect: Option<&str>| {
            assert_eq!(assertion(header, cookie), expect, "{header:?} {cookie:?}");
        };
        check(None, None, None);
        check(Some("a.b.c"), Some("CF_Authorization=d.e.f"), Some("a.b.c"));
        check(Some(" "), Some("CF_Authorization=d.e.f"), Some("d.e.f"));
        check(None, Some("x=1; CF_Authorization=d.e.f; y=2"), Some("d.e.f"));
        check(None, Some("x=1;CF_Authorization=d.e.f="), Some("d.e.f="));
        check(None, Some("CF_Authorization="), None);
        check(None, Some("cf_authorization=a; XCF_Authorization=b; CF_Authorization"), None);
    }
}
