//! Where the token stands in a request.

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
